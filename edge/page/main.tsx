// The admin page of one connector, /{domain}/{instance}/admin, and the operator's of all of them, /admin.
import './style/base.css';
import './style/controls.css';
import './style/parts.css';
import './style/setup.css';
import './style/rules.css';
import './style/users.css';
import './style/figures.css';
import './style/access.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { Speaking } from './language.tsx';
import { baseOf } from './title.ts';

const root = document.getElementById('page');
if (!root) throw new Error('The page has no place for itself.');

render(
  <Speaking>
    <App base={baseOf(location.pathname)} />
  </Speaking>,
  root,
);
