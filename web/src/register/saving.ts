/** Hands bytes to the browser, to be saved under this name. */
export function save(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has begun to read by then; it keeps what it reads.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
