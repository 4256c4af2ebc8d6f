import '../styles/base.css';
import '../styles/forms.css';
import { render } from 'preact';
import { You } from './you.tsx';

render(<You />, document.getElementById('app')!);
