/** Whether a text can be the name of a hub repository: owner/name (a few old ones have no owner). */
export function isHubName(text: string): boolean {
  return /^[A-Za-z0-9][\w.-]*(\/[A-Za-z0-9][\w.-]*)?$/.test(text) && !text.includes("..");
}
