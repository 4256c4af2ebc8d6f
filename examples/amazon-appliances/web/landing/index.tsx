import '../styles/base.css';
import { render } from 'preact';
import { Landing } from './landing.tsx';

render(<Landing />, document.getElementById('app')!);
