import { CSPProvider } from '@base-ui/react/csp-provider';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { WordsProvider } from '../words/index.tsx';
import { Refused } from './client.ts';
import { router } from './router.tsx';

/** What was refused is refused again; only a server that can't be reached is asked once more. */
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (count, error) => count < 1 && error instanceof Refused && error.code === 'unreachable',
      staleTime: 5000,
    },
  },
});

export const App = () => (
  <CSPProvider disableStyleElements>
    <WordsProvider>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </WordsProvider>
  </CSPProvider>
);
