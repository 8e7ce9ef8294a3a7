//! Manifests in the resources of a file: the side-by-side assemblies that it depends on. Source:
//! <https://learn.microsoft.com/windows/win32/sbscs/manifest-file-schema>.

use std::borrow::Cow;

use crate::doctor::image::SideBySide;

/// Returns the assemblies that a manifest asks for. `None` if it is not XML.
pub(super) fn dependencies(manifest: &[u8]) -> Option<Vec<SideBySide>> {
    let text = decode(manifest);
    let document = roxmltree::Document::parse(text.trim_end_matches('\0')).ok()?;
    let is_identity = |node: &roxmltree::Node<'_, '_>| node.tag_name().name() == "assemblyIdentity";
    let dependencies = document.descendants().filter(|node| node.tag_name().name() == "dependency");
    let identities = dependencies.flat_map(|dependency| dependency.descendants().filter(is_identity));
    let assembly = |node: roxmltree::Node<'_, '_>| {
        let attribute = |name| node.attribute(name).unwrap_or_default().to_owned();
        SideBySide { name: attribute("name"), version: attribute("version") }
    };
    Some(identities.map(assembly).collect())
}

/// Decodes UTF-8 or, with a mark, UTF-16.
fn decode(manifest: &[u8]) -> Cow<'_, str> {
    match manifest.strip_prefix(&[0xff, 0xfe]) {
        Some(wide) => {
            let units: Vec<u16> = wide.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
            String::from_utf16_lossy(&units).replacen("encoding=\"UTF-16\"", "encoding=\"UTF-8\"", 1).into()
        }
        None => String::from_utf8_lossy(manifest.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(manifest)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<assembly xmlns="urn:schemas-microsoft-com:asm.v1" manifestVersion="1.0">
  <assemblyIdentity type="win32" name="Own.Name" version="1.0.0.0"/>
  <dependency><dependentAssembly>
    <assemblyIdentity type="win32" name="Microsoft.VC90.CRT" version="9.0.21022.8" processorArchitecture="x86"/>
  </dependentAssembly></dependency>
</assembly>"#;

    #[test]
    fn dependencies_are_listed_in_either_encoding() {
        let expected = [SideBySide { name: "Microsoft.VC90.CRT".into(), version: "9.0.21022.8".into() }];
        assert_eq!(dependencies(MANIFEST.as_bytes()).expect("it is XML"), expected);
        let mut wide = vec![0xff, 0xfe];
        wide.extend(MANIFEST.replace("UTF-8", "UTF-16").encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(dependencies(&wide).expect("it is XML"), expected);
        assert_eq!(
            dependencies(&[b"\xef\xbb\xbf", MANIFEST.as_bytes(), b"\0\0"].concat()).expect("it is XML"),
            expected
        );
        assert_eq!(dependencies(b"<assembly"), None);
    }
}
