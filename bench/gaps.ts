import { findGaps } from '../server/src/scope/gaps.rules.ts';
import {
  coverageOf,
  randomOf,
  simulate,
  type World,
  withoutLines,
} from '../server/src/scope/gaps.simulate.ts';

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;
const seed = Number(process.argv[2] ?? 1);
const size = Number(process.argv[3] ?? 1);
const MONDAY = Date.UTC(2025, 10, 17);

const RATES = [0.01, 0.03, 0.1, 0.3, 1, 10, 60, 1000];
const DAYS = [2 / 24, 1, 2, 7, 30];

function worldOf(random: () => number, rate: number, days: number): World {
  return {
    seed: Math.floor(random() * 2 ** 32),
    rate,
    days,
    clump: [1, 3, 10][Math.floor(random() * 3)] ?? 1,
    swing: [1, 5, 20][Math.floor(random() * 3)] ?? 1,
    weekend: [1, 0.5, 0.2][Math.floor(random() * 3)] ?? 1,
    restless: 0.15,
    start: MONDAY + Math.floor(random() * 7 * 24) * HOUR,
  };
}

const worldsFor = (rate: number, days: number) =>
  Math.max(2, Math.round(size * Math.min(200 / days, 400, 30_000 / (days * Math.min(rate, 20) + 1) / 10)));

function falseAlarms(): void {
  console.log(
    '\n| lines/min | log | hosts | host-days | hosts with a false alarm | false alarms per 1,000 host-days |',
  );
  console.log('|---:|---:|---:|---:|---:|---:|');
  let alarms = 0;
  let unitDays = 0;
  for (const days of DAYS) {
    for (const rate of RATES) {
      const random = randomOf(seed * 7919 + Math.round(rate * 100) * 31 + Math.round(days * 24));
      const worlds = worldsFor(rate, days);
      let found = 0;
      let hosts = 0;
      for (let k = 0; k < worlds; k++) {
        const w = worldOf(random, rate, days);
        // A log of few lines says of itself that it can't tell; that is no alarm of the test.
        const gaps = findGaps([coverageOf('host', simulate(w))], {
          from: w.start,
          to: w.start + days * DAY,
        }).filter((g) => !g.detail.includes('nothing shows that this is ordinary'));
        const real = gaps.filter((g) => g.reason !== 'no-lines');
        found += real.length;
        hosts += real.length > 0 ? 1 : 0;
        if (process.env.SHOW && real.length > 0) console.log(JSON.stringify(w), real);
      }
      alarms += found;
      unitDays += worlds * days;
      const per = ((1000 * found) / (worlds * days)).toFixed(1);
      const log = days < 1 ? '2 h' : `${days} d`;
      console.log(`| ${rate} | ${log} | ${worlds} | ${Math.round(worlds * days)} | ${hosts} | ${per} |`);
    }
  }
  console.log(
    `\n${alarms} false alarms in ${Math.round(unitDays)} host-days: ${((1000 * alarms) / unitDays).toFixed(2)} per 1,000.`,
  );
}

function power(): void {
  console.log('\n| lines/min | at | 5 min | 15 min | 60 min | 240 min | 1 day |');
  console.log('|---:|---|---:|---:|---:|---:|---:|');
  for (const rate of RATES) {
    for (const clock of [13, 1.5]) {
      const random = randomOf(seed * 104729 + Math.round(rate * 100) * 31 + clock);
      const worlds = Math.max(6, Math.round(size * (rate > 5 ? 12 : 30)));
      const cells = [5, 15, 60, 240, 1440].map(() => 0);
      for (let k = 0; k < worlds; k++) {
        const w: World = { ...worldOf(random, rate, 7), swing: 20, start: MONDAY };
        const minutes = simulate(w);
        [5, 15, 60, 240, 1440].forEach((length, i) => {
          const day = Math.floor(random() * 5) + (length === 1440 ? 0 : 1);
          const from = MONDAY + day * DAY + clock * HOUR + Math.floor(random() * HOUR);
          const left = withoutLines(minutes, from, from + length * MINUTE);
          const gaps = findGaps([coverageOf('host', left)], { from: MONDAY, to: MONDAY + 7 * DAY });
          if (gaps.some((g) => g.from <= from && g.to >= from + length * MINUTE))
            cells[i] = (cells[i] ?? 0) + 1;
        });
      }
      const shares = cells.map((n) => `${Math.round((100 * n) / worlds)} %`).join(' | ');
      console.log(`| ${rate} | ${clock === 13 ? '13–14 h' : '1–3 h, 10–15 × quieter'} | ${shares} |`);
    }
  }
}

/** How often removing an hour of lines unflags what was flagged: the promise that the answer makes. */
function removal(): void {
  const random = randomOf(seed * 15485863);
  console.log(
    '\n| log | logs with a gap | removals | that unflag a stretch | of these, with 60 minutes of lines left |',
  );
  console.log('|---:|---:|---:|---:|---:|');
  for (const days of [2 / 24, 1, 2, 7, 30]) {
    let withGap = 0;
    let removals = 0;
    let broken = 0;
    let brokenOfMany = 0;
    let many = 0;
    for (let k = 0; k < Math.round(size * (days > 10 ? 60 : 400)); k++) {
      const rate = Math.exp(random() * Math.log(10_000)) / 100;
      const w = worldOf(random, rate, days);
      const window = { from: w.start, to: w.start + days * DAY };
      let minutes = simulate(w);
      for (let holes = Math.floor(random() * 3) + 1; holes > 0; holes--) {
        const from = w.start + random() * days * DAY;
        minutes = withoutLines(minutes, from, from + Math.exp(random() * Math.log(288)) * 5 * MINUTE);
      }
      const before = findGaps([coverageOf('host', minutes)], window);
      if (before.length === 0) continue;
      withGap++;
      for (let r = 0; r < 8; r++) {
        const from = w.start + Math.floor(random() * (days * 1440 - 60)) * MINUTE;
        const left = withoutLines(minutes, from, from + HOUR);
        const after = findGaps([coverageOf('host', left)], window);
        removals++;
        const lost = before.filter((g) => !after.some((a) => a.from <= g.from && g.to <= a.to));
        if (lost.length > 0) broken++;
        if (left.length >= 60) many++;
        if (left.length >= 60 && lost.length > 0) brokenOfMany++;
        if (process.env.SHOW && lost.length > 0)
          console.log(
            JSON.stringify({
              ...w,
              lines: minutes.reduce((n, m) => n + m.lines, 0),
              at: (from - w.start) / HOUR,
            }),
            JSON.stringify(lost),
          );
      }
    }
    console.log(
      `| ${days < 1 ? '2 h' : `${days} d`} | ${withGap} | ${removals} | ${broken} | ${brokenOfMany} of ${many} |`,
    );
  }
}

function speed(): void {
  const units = Array.from({ length: 4 }, (_, k) =>
    coverageOf(
      `host-${k}`,
      simulate({
        seed: seed + k,
        rate: [30, 2, 1, 0.3][k] ?? 1,
        days: 90,
        clump: 3,
        swing: 20,
        weekend: 0.5,
        restless: 0.15,
        start: MONDAY,
      }),
    ),
  );
  const began = process.hrtime.bigint();
  findGaps(units, { from: MONDAY, to: MONDAY + 90 * DAY });
  const ms = Number(process.hrtime.bigint() - began) / 1e6;
  console.log(`\n4 hosts of 90 days: ${Math.round(ms)} ms, so 200 hosts: ${((ms * 50) / 1000).toFixed(1)} s`);
}

const only = process.argv[4];
console.log(`node bench/gaps.ts ${seed} ${size}`);
for (const part of [falseAlarms, power, removal, speed]) if (!only || part.name === only) part();
