// What has to be on the machine beside the PBX before it is enrolled: program, configuration, password.
// What is entered here only fills in the file; nothing of it leaves the browser.
import { useState } from 'preact/hooks';
import { useSpeech } from '../language.tsx';
import { Copyable } from '../parts/copyable.tsx';
import { TextField } from '../parts/field.tsx';
import { configToml, placesOn, protectOn, type System } from './on-site.ts';

interface ConfigurationProps {
  system: System;
  masterPbx: string;
}

export function Configuration({ system, masterPbx }: ConfigurationProps) {
  const { texts } = useSpeech();
  const words = texts.agents;
  const [address, setAddress] = useState('');
  const [app, setApp] = useState('microsoft365');
  const { config, password } = placesOn(system);
  const protect = protectOn(system);
  const pbx = {
    name: masterPbx,
    address: address.trim() || words.addressToFillIn,
    app: app.trim() || 'microsoft365',
  };
  return (
    <details class="more">
      <summary>{words.configuration}</summary>
      <ol class="how-to">
        <li>{words.install[system]}</li>
        <li>
          {words.configFile} <code>{config}</code>
          <div class="columns">
            <TextField label={words.pbxAddress} value={address} onInput={setAddress} />
            <TextField label={words.app} value={app} onInput={setApp} />
          </div>
          <Copyable text={configToml(system, pbx)} name={words.configuration} kind="plain" />
        </li>
        {protect !== undefined && (
          <li>
            {words.protect}
            <Copyable text={protect} name={words.protectCommand} kind="plain" />
          </li>
        )}
        <li>
          {words.passwordFile[system]} <code>{password}</code>
        </li>
      </ol>
    </details>
  );
}
