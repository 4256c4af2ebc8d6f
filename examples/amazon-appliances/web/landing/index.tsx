import '../styles/base.css';
import '../components/components.css';
import './landing.css';
import { render } from 'preact';
import { Landing } from './landing.tsx';

render(<Landing />, document.getElementById('app')!);
