//! What a picture must not bring along. Known elements only, nothing that runs, nothing fetched: an SVG
//! that is opened by itself is a document with the rights of our own pages.

use super::css;

/// Shapes, and what shapes are made of. No `a`, no `animate`, no `image`: each can hold an address.
const ELEMENTS: &str = " svg g defs symbol use title desc path rect circle ellipse line polyline polygon text tspan textpath lineargradient \
    radialgradient stop pattern clippath mask marker switch style filter feblend fecolormatrix fecomponenttransfer fecomposite \
    feconvolvematrix fedropshadow feflood fefunca fefuncb fefuncg fefuncr fegaussianblur femerge femergenode femorphology feoffset ";

/// Why this is not a picture we show, or nothing.
pub(super) fn harm(text: &str) -> Option<String> {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    if let Some(after) = rest.strip_prefix("<?xml ") {
        let Some((declaration, after)) = after.split_once("?>") else {
            return Some("a declaration without an end".into());
        };
        // Read as anything but UTF-8, the bytes that are checked here would be other characters.
        if declaration.contains("encoding") && !declaration.to_lowercase().contains("utf-8") {
            return Some("another encoding than UTF-8".into());
        }
        rest = after;
    }
    let mut styles = String::new();
    let mut in_style = false;
    while let Some((before, after)) = rest.split_once('<') {
        if in_style {
            styles.push_str(before);
        }
        if let Some(comment) = after.strip_prefix("!--") {
            let Some((_, after)) = comment.split_once("-->") else {
                return Some("a comment without an end".into());
            };
            rest = after;
            continue;
        }
        if after.starts_with(['!', '?']) {
            return Some("a document type, an entity or an instruction".into());
        }
        let Some((tag, after)) = split_tag(after) else {
            return Some("a tag without an end".into());
        };
        let own = tag.trim_start_matches('/');
        let name = own.split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or_default().to_lowercase();
        if !ELEMENTS.contains(&format!(" {name} ")) {
            return Some(format!("<{}>", name.escape_debug()));
        }
        // Browsers leave elements out of a style and read on behind them.
        if in_style && !(name == "style" && tag.starts_with('/')) {
            return Some("an element in a style".into());
        }
        if let Some(harm) = harm_in_attributes(&own[own.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(own.len())..]) {
            return Some(harm);
        }
        in_style = name == "style" && !tag.starts_with('/') && !tag.ends_with('/');
        rest = after;
    }
    if in_style {
        return Some("a style without an end".into());
    }
    if styles.contains('&') {
        return Some("an entity in a style".into());
    }
    css::harm(&styles).map(|harm| format!("{harm} in a style"))
}

/// What stands between `<` and `>`, where a `>` in quotes is part of a value.
fn split_tag(text: &str) -> Option<(&str, &str)> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => return Some((&text[..at], &text[at + 1..])),
            (None, '<') => return None,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    None
}

fn harm_in_attributes(text: &str) -> Option<String> {
    let mut rest = text.trim_matches(|c: char| c.is_whitespace() || c == '/');
    while !rest.is_empty() {
        let Some((name, after)) = rest.split_once('=') else {
            return Some("an attribute without a value".into());
        };
        let name = name.trim().to_lowercase();
        let after = after.trim_start();
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
        let Some((value, after)) = quote.and_then(|quote| after[1..].split_once(quote)) else {
            return Some("a value without quotes".into());
        };
        if let Some(harm) = harm_in_attribute(&name, value) {
            return Some(harm);
        }
        rest = after.trim_start();
    }
    None
}

fn harm_in_attribute(name: &str, value: &str) -> Option<String> {
    // A value is read after its entities: &#106;avascript is javascript.
    let text = ["&quot;", "&apos;", "&amp;", "&lt;", "&gt;"].iter().fold(value.to_lowercase(), |text, entity| text.replace(entity, " "));
    let local = name.rsplit(':').next().unwrap_or(name);
    if !name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b':' | b'_')) {
        return Some("an attribute with a strange name".into());
    }
    if local.starts_with("on") {
        return Some(format!("an event handler ({name})"));
    }
    if name == "xmlns" || name.starts_with("xmlns:") {
        return None;
    }
    if text.contains('&') {
        return Some(format!("an entity in {name}"));
    }
    if matches!(local, "href" | "src" | "base" | "from" | "to" | "values") && !text.trim().starts_with('#') {
        return Some(format!("{name}, which leads out of the picture"));
    }
    css::harm(&text).map(|harm| format!("{harm} in {name}"))
}

#[cfg(test)]
mod tests {
    use super::harm;

    #[test]
    fn plain_pictures_pass() {
        for text in [
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M1 1"/><use href="#a" xlink:href="#a"/></svg>"##,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- made by hand > --><svg\n  width='1'\n><title>A & B > C</title><g fill=\"url(#a)\" style=\"fill: red\"/></svg>",
            "<svg><style>.a > b { fill: #fff; mask: url(#m) }</style><rect class=\"a\" aria-label=\"1 &lt; 2 > 1\"/></svg>",
        ] {
            assert_eq!(harm(text), None, "{text}");
        }
    }

    #[test]
    fn nothing_runs_and_nothing_is_fetched() {
        for text in [
            "<svg><script>1</script></svg>",
            "<svg><SCRIPT/></svg>",
            "<svg><svg:script/></svg>",
            "<svg onload=\"x()\"/>",
            "<svg/onload=x>",
            "<svg x='1'onload='x()'/>",
            "<svg ev:onload=\"x()\"/>",
            "<svg><foreignObject/></svg>",
            "<svg><iframe/></svg>",
            "<svg><image href=\"#a\"/></svg>",
            "<svg><a href=\"#a\"/></svg>",
            "<!DOCTYPE svg><svg/>",
            "<!ENTITY a 'b'>",
            "<svg><![CDATA[<script>]]></svg>",
            "<?xml-stylesheet href='x'?><svg/>",
            "<svg><?php 1 ?></svg>",
            "<svg><use href=\"https://a.example/x#y\"/></svg>",
            "<svg><use xlink:href=' //a.example/x'/></svg>",
            "<svg><use href=\"data:image/svg+xml,x\"/></svg>",
            "<svg><use href=\"&#106;avascript:x\"/></svg>",
            "<svg><set attributeName='href' to='javascript:x'/></svg>",
            "<svg><animate/></svg>",
            "<svg><use href=javascript:x /></svg>",
            "<svg style=\"background: url(https://a.example)\"/>",
            "<svg style=\"background: url('//a.example')\"/>",
            "<svg fill=\"url(&quot;//a.example&quot;)\"/>",
            "<svg style=\"background: u\\72l(//a.example)\"/>",
            "<svg><style>@import 'x'</style></svg>",
            "<svg><style>a{b:url(//x)}</style></svg>",
            "<svg><style>@im<!-- -->port 'x'</style></svg>",
            "<?xml version='1.0' encoding='utf-7'?><svg/>",
            "<?xml version='1.0'<svg><script/>",
            "<svg><style>&#64;import 'x'</style></svg>",
            "<svg><style><g/>a{b:url(//x)}</style></svg>",
            "<svg><style><title>x</title>@import 'x'</style></svg>",
            "<svg><style>@import 'x'",
            "<svg",
            "<svg><!-- ",
            "<svg a='",
            "<svg xml:base='https://a.example'/>",
        ] {
            assert!(harm(text).is_some(), "{text}");
        }
    }
}
