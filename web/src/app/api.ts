// The one client of the API, and what its responses tell about the server: reachable or not, and its clock.
import { createClient } from '@mindspace/client';
import { clockOffsetMs, observeFailure, observeResponse } from './connection';

export const api = createClient({
  fetch: async (input, init) => {
    try {
      // What was deleted last is deleted although the page closes.
      const response = await fetch(input, { ...init, keepalive: init?.method === 'DELETE' });
      observeResponse(response);
      // The client compares the clocks when it has the response.
      setTimeout(() => (clockOffsetMs.value = api.clockSkewMs));
      return response;
    } catch (error) {
      observeFailure(error);
      throw error;
    }
  },
});
