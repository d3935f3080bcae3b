/** Times of day of the local AWS's clock. */
export function timeOfDay(moment: Date): string {
  return moment.toISOString().slice(11, 19);
}

/** `7 s`, `5 min 20 s`, `1 h 5 min`: as exact as one wants to know it. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) {
    return `${whole} s`;
  }
  if (whole < 3600) {
    return join(Math.floor(whole / 60), 'min', whole % 60, 's');
  }
  return join(Math.floor(whole / 3600), 'h', Math.floor((whole % 3600) / 60), 'min');
}

/** Wall time: short, so with a tenth. */
export function wall(seconds: number): string {
  return seconds < 60 ? `${seconds.toFixed(1)} s` : duration(seconds);
}

export function number(value: number): string {
  return value.toLocaleString('en-US');
}

export function millis(value: number): string {
  return value < 10 ? `${value.toFixed(1)} ms` : `${Math.round(value)} ms`;
}

export function shares(byVersion: Readonly<Record<string, number>>): string {
  return Object.entries(byVersion).map(([version, weight]) => `${version} ${weight} %`).join(', ') || 'nobody';
}

export function counts(byVersion: Readonly<Record<string, number>>): string {
  return Object.entries(byVersion).map(([version, count]) => `${version} ${number(count)}`).join(', ');
}

function join(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
