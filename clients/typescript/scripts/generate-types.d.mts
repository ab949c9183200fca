export function generate(baseUrl: string): Promise<Record<string, string>>;
