// The form that adds a Teams account: by user name and password, or with a code for its user.
import { useId, useState } from 'preact/hooks';
import type { Api } from '../api.ts';
import { type Doing, useDoing } from '../doing.ts';
import { useSpeech } from '../language.tsx';
import { Button } from '../parts/button.tsx';
import { TextField } from '../parts/field.tsx';
import { Fault, Notice } from '../parts/notice.tsx';
import type { Accounts } from './use-accounts.ts';

const WAYS = ['password', 'code'] as const;
type Way = (typeof WAYS)[number];

interface NewAccountProps {
  api: Api;
  /** As they are now. */
  accounts: Accounts;
  onAdded(): void;
}

export function NewAccount({ api, accounts, onAdded }: NewAccountProps) {
  const { texts } = useSpeech();
  const words = texts.accounts;
  const [way, setWay] = useState<Way>('password');
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [added, setAdded] = useState('');
  const [codeGiven, setCodeGiven] = useState(false);
  // As long as somebody may enter it.
  const hasCode = codeGiven && accounts.value?.some(({ userCode }) => userCode !== undefined);
  const adding = useDoing();

  async function submit(event: SubmitEvent) {
    event.preventDefault();
    setAdded('');
    setCodeGiven(false);
    await adding.run(async () => {
      if (way === 'code') {
        await api.addAccount({ signIn: 'device' });
        setCodeGiven(true);
      } else {
        const account = await api.addAccount({ username: username.trim(), password });
        setAdded(words.added(account.username ?? username));
        // What was typed meanwhile is of the next one.
        setUsername((now) => (now === username ? '' : now));
        setPassword((now) => (now === password ? '' : now));
      }
      onAdded();
    });
  }

  function choose(chosen: Way) {
    setWay(chosen);
    setAdded('');
    setCodeGiven(false);
    adding.forget();
  }

  const [label, busyLabel] =
    way === 'code' ? [words.code.get, words.code.getting] : [words.add, words.adding];
  return (
    <form class="card" onSubmit={(event) => void submit(event)} noValidate>
      <h3>{words.addHeading}</h3>
      <WayChoice way={way} onChoose={choose} />
      {way === 'password' && (
        <Credentials
          username={username}
          password={password}
          adding={adding}
          onUsername={setUsername}
          onPassword={setPassword}
        />
      )}
      {(way === 'code' || adding.fault?.code !== 'invalid') && <Fault of={adding.fault} />}
      {added !== '' && <Notice tone="ok">{added}</Notice>}
      {hasCode && <Notice tone="ok">{words.code.ready}</Notice>}
      <div class="actions">
        <Button kind="main" type="submit" busy={adding.busy}>
          {adding.busy ? busyLabel : label}
        </Button>
      </div>
    </form>
  );
}

function WayChoice({ way, onChoose }: { way: Way; onChoose(way: Way): void }) {
  const { texts } = useSpeech();
  const { how, ways } = texts.accounts;
  const id = useId();
  return (
    <fieldset class="group">
      <legend>{how}</legend>
      <div class="columns">
        {WAYS.map((one) => (
          <label key={one} class="choice">
            <input
              type="radio"
              name={id}
              value={one}
              checked={way === one}
              onChange={() => onChoose(one)}
            />
            <span>
              <strong>{ways[one].name}</strong>
              <span class="hint">{ways[one].hint}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

interface CredentialsProps {
  username: string;
  password: string;
  adding: Doing;
  onUsername(username: string): void;
  onPassword(password: string): void;
}

function Credentials({ username, password, adding, onUsername, onPassword }: CredentialsProps) {
  const { texts } = useSpeech();
  const words = texts.accounts;
  const wrong = adding.fault?.code === 'invalid' ? adding.fault.errors : [];
  const errorsAt = (path: string) =>
    wrong.filter((error) => error.path === path).map(({ message }) => message);
  return (
    <div class="columns">
      <TextField
        label={words.username}
        type="email"
        value={username}
        errors={errorsAt('username')}
        onInput={onUsername}
      />
      <TextField
        label={words.password}
        type="password"
        autocomplete="new-password"
        hint={words.passwordHint}
        value={password}
        errors={errorsAt('password')}
        onInput={onPassword}
      />
    </div>
  );
}
