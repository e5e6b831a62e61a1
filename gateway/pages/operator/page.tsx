import { render } from 'preact';
import { OperatorPage } from './operator-page';
import './page.css';

render(<OperatorPage />, document.body);
