/** Whether a prefilter of that many rows is worth it: with few dimensions there is nothing to leave out. */
export const prefilterHelps = (count: number, f: number): boolean => f >= 32 && count >= 1024;
