import '../styles/base.css';
import '../styles/forms.css';
import { render } from 'preact';
import { Admin } from './admin.tsx';

render(<Admin />, document.getElementById('app')!);
