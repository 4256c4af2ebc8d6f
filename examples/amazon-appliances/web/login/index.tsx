import '../styles/base.css';
import '../styles/forms.css';
import { render } from 'preact';
import { Login } from './login.tsx';

render(<Login />, document.getElementById('app')!);
