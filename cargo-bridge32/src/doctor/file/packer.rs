//! Packers and protectors, by the names that they give to sections.

use crate::doctor::image::Section;

/// The beginnings of section names, in lower case.
const SECTIONS: [(&str, &str); 33] = [
    ("upx", "UPX"),
    (".upx", "UPX"),
    ("aspack", "ASPack"),
    (".aspack", "ASPack"),
    (".adata", "ASPack or Armadillo"),
    (".asprotect", "ASProtect"),
    (".petite", "Petite"),
    ("petite", "Petite"),
    (".mpress", "MPRESS"),
    ("pec", "PECompact"),
    (".pec", "PECompact"),
    (".nsp", "NsPack"),
    ("nsp", "NsPack"),
    (".fsg", "FSG"),
    ("fsg!", "FSG"),
    ("mew", "MEW"),
    (".mew", "MEW"),
    (".rlpack", "RLPack"),
    (".packed", "RLPack"),
    (".neolit", "NeoLite"),
    (".yp", "Y0da Protector"),
    (".y0da", "Y0da Protector"),
    (".perplex", "Perplex"),
    (".vmp", "VMProtect"),
    (".themida", "Themida"),
    ("themida", "Themida"),
    (".winlice", "WinLicense"),
    (".enigma", "Enigma Protector"),
    (".svkp", "SVK Protector"),
    (".sforce", "StarForce"),
    (".ccg", "CCG"),
    (".taz", "PESpin"),
    (".wwpack", "WWPack"),
];

/// Returns the packer that has processed a file with these sections.
pub(super) fn recognize(sections: &[Section]) -> Option<&'static str> {
    sections.iter().find_map(|section| {
        let name = section.name.to_ascii_lowercase();
        SECTIONS.iter().find(|(beginning, _)| name.starts_with(beginning)).map(|(_, packer)| *packer)
    })
}

/// Whether a file without sections has the mark that UPX leaves in what it packs.
pub(super) fn has_mark_of_upx(data: &[u8]) -> bool {
    data.windows(4).any(|bytes| bytes == b"UPX!")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packers_are_recognized_by_their_sections() {
        let packer = |name: &str| {
            let section = Section { name: name.into(), size: 1, is_writable: true, is_executable: true };
            recognize(&[section])
        };
        assert_eq!(packer("UPX0"), Some("UPX"));
        assert_eq!(packer(".vmp1"), Some("VMProtect"));
        assert_eq!(packer(".MPRESS2"), Some("MPRESS"));
        assert_eq!(packer(".text"), None);
        assert_eq!(packer(".data"), None);
    }
}
