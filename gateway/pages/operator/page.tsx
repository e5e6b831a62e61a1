import { render } from 'preact';

render(<p>Dead letters</p>, document.body);
