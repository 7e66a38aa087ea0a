<?php
/** In the place of a theme's comments.php. */
if (!defined('ABSPATH')) {
    exit;
}
echo folkmoot_snippet(get_post()); // each part of it is escaped where it is made
