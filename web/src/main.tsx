import '@fontsource-variable/source-sans-3/wght.css';
import './app/style.css';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { beginTheme } from './app/theme.ts';

beginTheme();
const root = document.getElementById('root');
if (root === null) throw new Error('The page has no place for the application.');
createRoot(root).render(<App />);
