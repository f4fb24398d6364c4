export function peakKib(): number;
