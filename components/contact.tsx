/** A customer's identity as people read it: phone numbers with their plus. */
export function Contact({ contact }: { readonly contact: string }) {
  return <span className="figures break-all">{/^\d{6,15}$/.test(contact) ? `+${contact}` : contact}</span>;
}
