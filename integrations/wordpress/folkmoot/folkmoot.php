<?php
/**
 * Plugin Name: Folkmoot
 * Description: Puts your Folkmoot discussion under posts in the place of WordPress comments, with their number in lists.
 * Version: 0.1.0
 * Requires at least: 5.9
 * Requires PHP: 7.4
 * License: Apache-2.0
 */

if (!defined('ABSPATH')) {
    exit;
}

/** The server's origin as it was set, without a slash at its end; '' until it is. */
function folkmoot_server() {
    return untrailingslashit((string) get_option('folkmoot_server', ''));
}

/** Only an origin: https://talk.example. Anything else leaves the setting as it was. */
function folkmoot_clean_server($typed) {
    $parts = wp_parse_url(trim((string) $typed));
    $fits = is_array($parts) && in_array($parts['scheme'] ?? '', ['https', 'http'], true) && !empty($parts['host'])
        && empty($parts['user']) && in_array($parts['path'] ?? '', ['', '/'], true) && empty($parts['query']);
    if ($fits) {
        return $parts['scheme'] . '://' . $parts['host'] . (isset($parts['port']) ? ':' . (int) $parts['port'] : '');
    }
    if (trim((string) $typed) === '') {
        return '';
    }
    add_settings_error('folkmoot_server', 'folkmoot_server', __('This is no address of a server. One looks like https://talk.example.', 'folkmoot'));
    return folkmoot_server();
}

add_action('admin_init', function () {
    register_setting('discussion', 'folkmoot_server', ['type' => 'string', 'sanitize_callback' => 'folkmoot_clean_server', 'default' => '']);
    add_settings_field('folkmoot_server', __('Folkmoot server', 'folkmoot'), function () {
        printf(
            '<input type="url" id="folkmoot_server" name="folkmoot_server" value="%s" class="regular-text" placeholder="https://talk.example">',
            esc_attr(folkmoot_server())
        );
    }, 'discussion', 'default', ['label_for' => 'folkmoot_server']);
});

/** What a post's page holds: works with and without script, and knows the post by its number, so a new address loses nothing. */
function folkmoot_snippet($post) {
    $url = get_permalink($post);
    $at = folkmoot_server() . '/thread?' . http_build_query(['url' => $url, 'story' => $post->ID]);
    $title = __('Discussion', 'folkmoot');
    return sprintf(
        '<folkmoot-thread data-url="%1$s" data-story="%2$d"><noscript><iframe src="%3$s" title="%4$s" loading="lazy" height="900" '
        . 'style="border:0;inline-size:100%%"></iframe></noscript><a href="%3$s">%4$s</a></folkmoot-thread>',
        esc_url($url), (int) $post->ID, esc_url($at), esc_html($title)
    );
}

/** The themes' own place for comments. */
add_filter('comments_template', function ($template) {
    return folkmoot_server() && comments_open() ? __DIR__ . '/comments.php' : $template;
}, 20);

/** The same for themes made of blocks. */
add_filter('render_block', function ($html, $block) {
    if (!folkmoot_server() || !in_array($block['blockName'], ['core/comments', 'core/post-comments'], true)) {
        return $html;
    }
    return is_singular() && comments_open() ? folkmoot_snippet(get_post()) : '';
}, 10, 2);

add_action('wp_enqueue_scripts', function () {
    if (folkmoot_server() && is_singular() && comments_open()) {
        wp_enqueue_script('folkmoot', folkmoot_server() . '/embed.js', [], null, ['strategy' => 'async', 'in_footer' => true]);
    }
});

/** Numbers of comments, asked of the server for all posts of a page at once and kept for a minute. */
function folkmoot_counts($posts) {
    $urls = array_slice(array_map('get_permalink', $posts), 0, 100);
    if (!folkmoot_server() || !$urls) {
        return [];
    }
    $key = 'folkmoot_' . md5(implode("\n", $urls));
    $kept = get_transient($key);
    if (is_array($kept)) {
        return $kept;
    }
    $query = implode('&', array_map(function ($url) { return 'url=' . rawurlencode($url); }, $urls));
    $answer = wp_remote_get(folkmoot_server() . '/api/v1/counts?' . $query, ['timeout' => 2]);
    $body = is_wp_error($answer) ? null : json_decode(wp_remote_retrieve_body($answer), true);
    $counts = is_array($body) && isset($body['counts']) && is_array($body['counts']) ? array_map('intval', $body['counts']) : [];
    set_transient($key, $counts, MINUTE_IN_SECONDS);
    return $counts;
}

add_filter('get_comments_number', function ($number, $post_id) {
    global $wp_query;
    if (!folkmoot_server() || is_admin()) {
        return $number;
    }
    $counts = folkmoot_counts($wp_query->posts ?: [get_post($post_id)]);
    return $counts[get_permalink($post_id)] ?? $number;
}, 10, 2);
