/** A customer's identity as people read it: phone numbers with their plus. */
export function Contact({ contact }: { readonly contact: string }) {
  return /^\d{6,15}$/.test(contact) ? (
    <span className="figures whitespace-nowrap">+{contact}</span>
  ) : (
    <span className="figures inline-block min-w-32 break-all">{contact}</span>
  );
}
