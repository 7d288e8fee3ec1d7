// The form that adds a Teams account by user name and password.
import { useState } from 'preact/hooks';
import type { Api } from '../api.ts';
import { useDoing } from '../doing.ts';
import { useSpeech } from '../language.tsx';
import { Button } from '../parts/button.tsx';
import { TextField } from '../parts/field.tsx';
import { Fault, Notice } from '../parts/notice.tsx';

export function NewAccount({ api, onAdded }: { api: Api; onAdded(): void }) {
  const { texts } = useSpeech();
  const words = texts.accounts;
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [added, setAdded] = useState('');
  const adding = useDoing();
  const wrong = adding.fault?.code === 'invalid' ? adding.fault.errors : [];
  const errorsAt = (path: string) =>
    wrong.filter((error) => error.path === path).map(({ message }) => message);

  async function submit(event: SubmitEvent) {
    event.preventDefault();
    setAdded('');
    await adding.run(async () => {
      const account = await api.addAccount({ username: username.trim(), password });
      setAdded(account.username ?? username);
      setUsername('');
      setPassword('');
      onAdded();
    });
  }

  return (
    <form class="card" onSubmit={(event) => void submit(event)} noValidate>
      <h3>{words.addHeading}</h3>
      <div class="columns">
        <TextField
          label={words.username}
          type="email"
          value={username}
          errors={errorsAt('username')}
          onInput={setUsername}
        />
        <TextField
          label={words.password}
          type="password"
          autocomplete="new-password"
          hint={words.passwordHint}
          value={password}
          errors={errorsAt('password')}
          onInput={setPassword}
        />
      </div>
      {wrong.length === 0 && <Fault of={adding.fault} />}
      {added !== '' && <Notice tone="ok">{words.added(added)}</Notice>}
      <div class="actions">
        <Button kind="main" type="submit" busy={adding.busy}>
          {adding.busy ? words.adding : words.add}
        </Button>
      </div>
    </form>
  );
}
