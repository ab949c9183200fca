// How the client's sources look; `npm run format` applies it.
export default { printWidth: 120, singleQuote: true };
