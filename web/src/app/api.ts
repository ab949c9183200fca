// The one client of the API, and what its responses tell about the server: reachable or not, and its clock.
import { createClient } from '@mindspace/client';
import { observeFailure, observeResponse } from './connection';

export const api = createClient({
  fetch: async (request, options) => {
    const sentAt = Date.now();
    try {
      const response = await fetch(request, options);
      observeResponse(response, sentAt);
      return response;
    } catch (error) {
      observeFailure(error);
      throw error;
    }
  },
});
