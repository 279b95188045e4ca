/** Instants, and what fields for them hold. */

/** What `<input type="datetime-local">` holds, in the reader's zone, as an instant; undefined while it is none. */
export function instantOf(local: string): string | undefined {
  const ms = Date.parse(local);
  return local === '' || Number.isNaN(ms) ? undefined : new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** The instant as `<input type="datetime-local">` wants it. */
export function localOf(at: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
