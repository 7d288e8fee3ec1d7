// To the page of a connector that may not exist yet: its settings create it.
import { useState } from 'preact/hooks';
import { connectorName } from '../../../shared/ids.ts';
import { useSpeech } from '../language.tsx';
import { Button } from '../parts/button.tsx';
import { TextField } from '../parts/field.tsx';
import { Notice } from '../parts/notice.tsx';

/** What the original calls it. */
const USUAL_INSTANCE = 'microsoft365';

export function NewConnector() {
  const { texts } = useSpeech();
  const words = texts.operator.open;
  const [domain, setDomain] = useState('');
  const [instance, setInstance] = useState(USUAL_INSTANCE);
  const [wrong, setWrong] = useState(false);

  function submit(event: SubmitEvent) {
    event.preventDefault();
    const name = connectorName(domain.trim(), instance.trim());
    setWrong(!name);
    if (name) location.assign(`/${name}/admin`);
  }

  return (
    <form class="card" onSubmit={submit} noValidate>
      <h3>{words.heading}</h3>
      <p class="muted">{words.lead}</p>
      <div class="columns">
        <TextField
          label={words.domain}
          value={domain}
          placeholder="example.com"
          onInput={setDomain}
        />
        <TextField label={words.instance} value={instance} onInput={setInstance} />
      </div>
      {wrong && <Notice tone="error">{words.wrong}</Notice>}
      <div class="actions">
        <Button kind="main" type="submit">
          {words.submit}
        </Button>
      </div>
    </form>
  );
}
