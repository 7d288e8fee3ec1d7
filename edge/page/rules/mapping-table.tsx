// One mapping table: every row with what it shows, those that are not as by default marked.
import { useSpeech } from '../language.tsx';
import { Button } from '../parts/button.tsx';
import type { Texts } from '../texts/en.ts';
import { CLEARED, type MappingRow, type Table } from './mapping-rows.ts';

interface MappingTableProps {
  table: Table;
  rows: readonly MappingRow[];
  /** @param value `null`: as by default */
  onChange(rows: Readonly<Record<string, string | null>>): void;
}

export function MappingTable({ table, rows, onChange }: MappingTableProps) {
  const { texts } = useSpeech();
  const words = texts.rules;
  const { legend, hint, from, to } = words.tables[table];
  const own = rows.filter(({ value, standard }) => value !== standard);
  return (
    <section class="card" aria-label={words.names[table]}>
      <h3>{words.names[table]}</h3>
      <p class="muted">
        {legend}. {hint}
      </p>
      <table class="mapping">
        <thead>
          <tr>
            <th scope="col">{from}</th>
            <th scope="col">{to}</th>
            <th scope="col">
              <span class="unseen">{words.reset}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row
              key={row.key}
              table={table}
              row={row}
              onChange={(value) => onChange({ [row.key]: value })}
            />
          ))}
          {table === 'toTeams' && (
            <tr>
              <th scope="row">{texts.presence['on-the-phone']}</th>
              <td>{words.call}</td>
              <td class="muted">{words.callHint}</td>
            </tr>
          )}
        </tbody>
      </table>
      {own.length > 0 && (
        <div class="actions">
          <Button onClick={() => onChange(Object.fromEntries(own.map(({ key }) => [key, null])))}>
            {words.resetAll}
          </Button>
        </div>
      )}
    </section>
  );
}

interface RowProps {
  table: Table;
  row: MappingRow;
  onChange(value: string | null): void;
}

function Row({ table, row, onChange }: RowProps) {
  const { texts } = useSpeech();
  const words = texts.rules;
  const { key, name, value, standard, choices } = row;
  const isOwn = value !== standard;
  const word = fromWord(texts, name);
  const said = (one: string) => toWord(texts, table, one);
  return (
    <tr class={isOwn ? 'own' : undefined} data-row={key}>
      <th scope="row">
        {word}
        {isOwn && <span class="own-mark">{words.changedRow}</span>}
      </th>
      <td>
        <select
          aria-label={words.rowLabel(word)}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
        >
          {choices.map((one) => (
            <option key={one} value={one}>
              {said(one)}
            </option>
          ))}
        </select>
        {isOwn && <span class="detail">{words.standard(said(standard))}</span>}
      </td>
      <td>
        {isOwn && (
          <Button kind="quiet" label={words.resetNamed(word)} onClick={() => onChange(null)}>
            {words.reset}
          </Button>
        )}
      </td>
    </tr>
  );
}

function fromWord({ presence }: Texts, name: string): string {
  const key = name === '' ? 'available' : name.toLowerCase();
  return Object.hasOwn(presence, key) ? (presence[key] ?? name) : name;
}

function toWord(texts: Texts, table: Table, value: string): string {
  if (table === 'toPbx') return fromWord(texts, value);
  if (value === CLEARED) return texts.rules.cleared;
  const [, activity = ''] = value.split('/');
  return fromWord(texts, activity);
}
