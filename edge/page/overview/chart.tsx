// The changes of an hour as a drawing. Those who do not see it have the table below it.
import type { DirectionFigures } from '../../connector/rpc.ts';
import { useSpeech } from '../language.tsx';
import { COUNTS, GRID, HEIGHT, PLOT, shapeOf, TIMES, timeAt, WIDTH } from './chart-shape.ts';

export function Chart({ figures, label }: { figures: DirectionFigures; label: string }) {
  const { texts, duration } = useSpeech();
  const words = texts.figures;
  const { bars, marks, most } = shapeOf(figures);
  return (
    <svg class="chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <text x="0" y={COUNTS.top - 5}>
        {`${words.perMinute} (≤ ${most})`}
      </text>
      <line class="chart-base" x1="0" x2={PLOT} y1={COUNTS.bottom} y2={COUNTS.bottom} />
      {bars.map((bar) => (
        <rect key={bar.x} class="chart-bar" {...bar} />
      ))}
      <text x="0" y={TIMES.top - 6}>
        {words.latency}
      </text>
      {GRID.map((ms) => (
        <g key={ms}>
          <line class="chart-grid" x1="0" x2={PLOT} y1={timeAt(ms)} y2={timeAt(ms)} />
          <text x={WIDTH} y={timeAt(ms) + 3.5} text-anchor="end">
            {duration(ms)}
          </text>
        </g>
      ))}
      <line class="chart-base" x1="0" x2={PLOT} y1={TIMES.bottom} y2={TIMES.bottom} />
      {marks.map(({ x, median, worst }) => (
        <g key={x}>
          <line class="chart-range" x1={x} x2={x} y1={median} y2={worst} />
          <circle class="chart-mark" cx={x} cy={median} r="2" />
        </g>
      ))}
      <text x="0" y={HEIGHT - 3}>
        {words.anHourAgo}
      </text>
      <text x={PLOT} y={HEIGHT - 3} text-anchor="end">
        {words.now}
      </text>
    </svg>
  );
}
