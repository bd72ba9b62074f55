/** Fills the places of a message, such as `{amount}`; one that is not named stays as it is. */
export function fillPlaces(message: string, values: Readonly<Record<string, string>>): string {
  return message.replace(/\{(\w+)\}/g, (place, name: string) => values[name] ?? place);
}
