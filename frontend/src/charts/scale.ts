/** Scales of charts. */

const STEPS = [1, 2, 2.5, 5, 10];

/** Return round values from 0 up to at least `most`, some `count` of them besides 0; of nothing, 0 and 1. */
export const ticksTo = (most: number, count = 4): readonly number[] => {
  if (!(most > 0)) {
    return [0, 1];
  }
  const least = most / count;
  const power = 10 ** Math.floor(Math.log10(least));
  // What is a rounding above a step is that step.
  const step = (STEPS.find((each) => each * power >= least * 0.999_999) ?? 10) * power;
  const steps = Math.ceil((most / step) * 0.999_999);
  return Array.from({ length: steps + 1 }, (_, index) => index * step);
};

/** Return some `count` of round moments (ms) within a stretch of time, on whole quarters or hours of UTC. */
export const momentsWithin = (start: number, end: number, count = 6): readonly number[] => {
  const minutes = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080];
  const wanted = (end - start) / count / 60_000;
  const step = (minutes.find((each) => each >= wanted) ?? 10_080) * 60_000;
  const first = Math.ceil(start / step) * step;
  const moments = [];
  for (let at = first; at <= end && moments.length < 50; at += step) {
    moments.push(at);
  }
  return moments;
};
