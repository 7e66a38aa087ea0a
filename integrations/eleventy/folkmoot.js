/**
 * Folkmoot for Eleventy: `eleventyConfig.addPlugin(folkmoot, { server: 'https://talk.example', site: 'https://news.example' })`, then
 * `{% folkmoot page.url %}` (Nunjucks, Liquid) under a page. `site` makes a page's path into the story's address.
 */
const safe = (text) => String(text).replace(/[&"<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);

export default function folkmoot(config, { server, site }) {
  config.addShortcode('folkmoot', (path, title = 'Discussion') => {
    const story = new URL(path, site).href;
    const at = safe(`${server}/thread?url=${encodeURIComponent(story)}`);
    return (
      `<folkmoot-thread data-url="${safe(story)}"><noscript><iframe src="${at}" title="${safe(title)}" loading="lazy" height="900" ` +
      `style="border:0;inline-size:100%"></iframe></noscript><a href="${at}">${safe(title)}</a></folkmoot-thread>` +
      `<script async src="${safe(server)}/embed.js"></script>`
    );
  });
}
