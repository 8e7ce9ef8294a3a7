//! Where well-known libraries come from: parts of the systems, runtimes of compilers, and drivers.

use crate::package_manager::PackageManager;

/// Where a library of Windows comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// What the library belongs to.
    pub(crate) what: &'static str,
    /// How a machine gets it.
    pub(crate) remedy: &'static str,
}

const WITH_THE_LIBRARY: &str = "copy it from the vendor's installation, next to the library";
const OF_MINGW: &str =
    "copy it next to the library; MinGW-w64's i686 compiler has it (`i686-w64-mingw32-gcc -print-file-name=NAME`)";
const OF_DEBUG_BUILDS: &str =
    "Microsoft does not allow it to be shipped; ask the vendor for a release build, or install Visual Studio";
const VISUAL_CPP_2015: &str =
    "install the Visual C++ 2015-2022 Redistributable for x86 (vc_redist.x86.exe); under Wine, `winetricks vcrun2022`";

/// Names in lower case, in which `*` stands for anything, with their origin. The first row that fits counts.
#[rustfmt::skip]
const TABLE: &[(&str, &str, &str)] = &[
    // Debug builds of Visual C++'s runtimes, before the patterns of the release builds.
    ("msvcr*d.dll msvcp*d.dll mfc*d.dll mfc*ud.dll vcruntime*d.dll ucrtbased.dll concrt*d.dll msvcrtd.dll vcomp*d.dll atl*d.dll", "the debug runtime of Visual C++", OF_DEBUG_BUILDS),
    // Visual C++.
    ("msvcr70.dll msvcp70.dll mfc70*.dll atl70.dll msvci70.dll", "the runtime of Visual C++ .NET 2002", WITH_THE_LIBRARY),
    ("msvcr71.dll msvcp71.dll mfc71*.dll atl71.dll", "the runtime of Visual C++ .NET 2003", WITH_THE_LIBRARY),
    ("msvcr80.dll msvcp80.dll msvcm80.dll mfc80*.dll mfcm80*.dll atl80.dll vcomp.dll", "the runtime of Visual C++ 2005", "install the Visual C++ 2005 SP1 Redistributable for x86 (vcredist_x86.exe); under Wine, `winetricks vcrun2005`"),
    ("msvcr90.dll msvcp90.dll msvcm90.dll mfc90*.dll mfcm90*.dll atl90.dll vcomp90.dll", "the runtime of Visual C++ 2008", "install the Visual C++ 2008 SP1 Redistributable for x86 (vcredist_x86.exe); under Wine, `winetricks vcrun2008`"),
    ("msvcr100*.dll msvcp100*.dll mfc100*.dll mfcm100*.dll atl100.dll vcomp100.dll", "the runtime of Visual C++ 2010", "install the Visual C++ 2010 SP1 Redistributable for x86 (vcredist_x86.exe); under Wine, `winetricks vcrun2010`"),
    ("msvcr110*.dll msvcp110*.dll mfc110*.dll mfcm110*.dll atl110.dll vcomp110.dll vccorlib110.dll", "the runtime of Visual C++ 2012", "install the Visual C++ 2012 Update 4 Redistributable for x86 (vcredist_x86.exe); under Wine, `winetricks vcrun2012`"),
    ("msvcr120*.dll msvcp120*.dll mfc120*.dll mfcm120*.dll vcomp120.dll vccorlib120.dll", "the runtime of Visual C++ 2013", "install the Visual C++ 2013 Redistributable for x86 (vcredist_x86.exe); under Wine, `winetricks vcrun2013`"),
    ("vcruntime140*.dll msvcp140*.dll mfc140*.dll mfcm140*.dll concrt140.dll vcomp140.dll vccorlib140.dll vcamp140.dll", "the runtime of Visual C++ 2015 to 2022", VISUAL_CPP_2015),
    ("ucrtbase.dll api-ms-win-crt-*.dll", "the Universal C Runtime, part of Windows 10 and later", "update Windows; on Windows 7 and 8, install KB2999226"),
    ("mfc40*.dll mfc42*.dll msvcirt.dll msvcrt40.dll msvcp60.dll msvcrt20.dll", "the runtime of Visual C++ 4 to 6, part of Windows", "under Wine, `winetricks mfc40` or `mfc42`"),
    ("msvcrt.dll crtdll.dll", "the C library of Windows", "repair Windows (`sfc /scannow`)"),
    // API sets are names for parts of Windows, not files.
    ("api-ms-win-*.dll ext-ms-win-*.dll ext-ms-*.dll", "an API set of Windows", "update Windows"),
    // Visual Basic.
    ("msvbvm60.dll", "the runtime of Visual Basic 6, part of Windows", "under Wine, `winetricks vb6run`"),
    ("msvbvm50.dll", "the runtime of Visual Basic 5", "install Microsoft's Msvbvm50.exe; under Wine, `winetricks vb5run`"),
    ("vb40032.dll", "the runtime of Visual Basic 4", WITH_THE_LIBRARY),
    ("comdlg32.ocx mscomctl.ocx comctl32.ocx mscomct2.ocx msflxgrd.ocx mswinsck.ocx tabctl32.ocx richtx32.ocx mscomm32.ocx msstdfmt.dll", "a control of Visual Basic 6", "copy and register it (`%SystemRoot%\\SysWOW64\\regsvr32 NAME`); the vendor's installer does both"),
    ("vfp9r.dll vfp9t.dll vfp8r.dll vfp6r.dll", "the runtime of Visual FoxPro", WITH_THE_LIBRARY),
    // Delphi and C++Builder.
    ("borlndmm.dll fastmm*.dll", "the memory manager of Delphi and C++Builder", WITH_THE_LIBRARY),
    ("rtl*.bpl vcl*.bpl dbrtl*.bpl vcldb*.bpl bcbsmp*.bpl *.bpl", "a package of Delphi or C++Builder", WITH_THE_LIBRARY),
    ("cc32*.dll cc50*.dll stlpmt*.dll stlp45*.dll bds52.dll midas.dll idapi32.dll", "the runtime of C++Builder or Delphi", WITH_THE_LIBRARY),
    // .NET.
    ("mscoree.dll", "the loader of .NET Framework", "install the .NET Framework that the assembly names; 4.x is part of Windows 10 and later, 3.5 a feature of Windows to be turned on; under Wine, `winetricks dotnet48`"),
    ("mscorlib.dll clr.dll mscorwks.dll", "the .NET Framework", "install the .NET Framework that the assembly names"),
    ("coreclr.dll hostfxr.dll hostpolicy.dll ijwhost.dll nethost.dll", ".NET (Core)", "install the .NET runtime for x86"),
    ("vjslib.dll vjsnativ.dll", "Visual J#", "install the Visual J# 2.0 Redistributable"),
    // GCC.
    ("libgcc_s_dw2-1.dll libgcc_s_sjlj-1.dll libstdc++-6.dll libwinpthread-1.dll libssp-0.dll libgomp-1.dll libatomic-1.dll", "the runtime of MinGW-w64", OF_MINGW),
    ("libgfortran-*.dll libquadmath-0.dll", "the Fortran runtime of MinGW-w64", OF_MINGW),
    ("pthreadgc2.dll pthreadvc2.dll pthreadgce2.dll mingwm10.dll", "the threads of an old MinGW", WITH_THE_LIBRARY),
    ("cygwin1.dll cyg*.dll", "Cygwin", "Cygwin has no 32-bit version any more, and its libraries need a program of its own; get a build without Cygwin"),
    ("msys-2.0.dll msys-*.dll", "MSYS2", "its libraries need a program of its own; get a build for MinGW-w64"),
    // Other compilers.
    ("libifcoremd*.dll libifcorert*.dll libifportmd.dll libmmd*.dll svml_dispmd.dll libirc.dll libiomp5md.dll libimalloc.dll", "the runtime of Intel's Fortran and C++ compilers", "install Intel's redistributable libraries for IA-32 of the compiler's version"),
    ("mkl_*.dll", "Intel's Math Kernel Library", WITH_THE_LIBRARY),
    ("dformd.dll dforrt.dll dfordll.dll msvcrtd.dll", "the runtime of Compaq Visual Fortran", WITH_THE_LIBRARY),
    ("salflibc.dll", "the runtime of Silverfrost FTN95", WITH_THE_LIBRARY),
    ("lf90*.dll lahey*.dll", "the runtime of Lahey Fortran", WITH_THE_LIBRARY),
    ("cw3220*.dll cp3245*.dll bc4*rtl.dll bds*.dll", "the runtime of Borland C++", WITH_THE_LIBRARY),
    ("plbr*.dll clbr*.dll clr*.dll mt7r*.dll", "the runtime of Open Watcom", WITH_THE_LIBRARY),
    ("lvrt.dll lvrtdark.dll lvalarms.dll nicont.dll", "the LabVIEW Run-Time Engine", "install the 32-bit LabVIEW Run-Time Engine of the library's version, from NI"),
    ("cvirte.dll cvirt.dll cvi*.dll", "the LabWindows/CVI Run-Time Engine", "install the LabWindows/CVI Run-Time Engine, from NI"),
    ("mclmcrrt*.dll mclmcr.dll libmx.dll libmat.dll libeng.dll libmex.dll", "MATLAB", "install the 32-bit MATLAB Runtime of the library's version; R2015b is the last one"),
    ("python*.dll", "Python", "install the 32-bit Python of that version"),
    ("perl5*.dll", "Perl", "install the 32-bit Perl of that version"),
    ("tcl8*.dll tk8*.dll", "Tcl/Tk", WITH_THE_LIBRARY),
    ("jvm.dll", "Java", "install a 32-bit Java runtime, and add the folder of its jvm.dll to the PATH"),
    ("qt5*.dll qt6*.dll qtcore*.dll qtgui*.dll qt-mt*.dll", "Qt", WITH_THE_LIBRARY),
    // Drivers and interfaces of devices.
    ("visa32.dll nivisa32.dll", "VISA", "install NI-VISA or Keysight's IO Libraries, with 32-bit support"),
    ("gpib-32.dll ni4882.dll", "NI-488.2", "install NI-488.2, from NI"),
    ("nidaq32.dll nicaiu.dll niscope_32.dll", "a driver of NI", "install the driver (NI-DAQmx, NI-SCOPE, …), from NI"),
    ("ftd2xx.dll", "FTDI's D2XX driver", "install FTDI's driver, or copy the 32-bit ftd2xx.dll next to the library"),
    ("libusb0.dll libusb-1.0.dll libusbk.dll", "libusb", "copy its 32-bit DLL next to the library"),
    ("hasp_windows*.dll hlvdd.dll sx32w.dll wibucm32.dll", "the driver of a licence dongle", "install the vendor's driver of the dongle"),
    ("oci.dll oraociei*.dll", "Oracle's client", "install Oracle Instant Client for 32-bit Windows"),
    ("libmysql.dll libmariadb.dll", "the client of MySQL or MariaDB", WITH_THE_LIBRARY),
    ("libpq.dll", "the client of PostgreSQL", WITH_THE_LIBRARY),
    ("fbclient.dll gds32.dll", "the client of Firebird or InterBase", WITH_THE_LIBRARY),
    ("sqlite3.dll", "SQLite", WITH_THE_LIBRARY),
    ("libeay32.dll ssleay32.dll libssl-*.dll libcrypto-*.dll", "OpenSSL", WITH_THE_LIBRARY),
    ("zlib1.dll zlib.dll", "zlib", WITH_THE_LIBRARY),
    ("d3dx9_*.dll d3dx10_*.dll d3dx11_*.dll d3dcompiler_4?.dll xinput1_3.dll x3daudio1_*.dll xaudio2_?.dll", "DirectX 9 to 11", "install the DirectX End-User Runtimes (June 2010)"),
    ("msxml4.dll", "MSXML 4", "install MSXML 4.0 SP3; Microsoft no longer supports it"),
    ("dao360.dll msjet40.dll msjet35.dll dao350.dll", "Microsoft's Jet database engine", "Windows has version 4 for 32-bit programs; install the Access Database Engine for newer files"),
    ("hhctrl.ocx", "HTML Help, part of Windows", "repair Windows (`sfc /scannow`)"),
];

/// Libraries that every Windows has for 32-bit programs, without their extension.
const OF_WINDOWS: &str = " activeds advapi32 atl avicap32 avifil32 avrt bcrypt bcryptprimitives bluetoothapis cabinet cfgmgr32 combase comctl32 comdlg32 crypt32 cryptui credui d2d1 d3d10 d3d11 d3d12 d3d8 d3d9 d3dcompiler_47 \
    davclnt dbgeng dbghelp dciman32 ddraw dinput dinput8 dnsapi dsound dwmapi dwrite dxgi dxva2 fltlib gdi32 gdi32full gdiplus glu32 hid icmp imagehlp \
    imm32 inetcomm iphlpapi kernel32 kernelbase ksuser mapi32 mf mfplat mfreadwrite mpr mprapi msacm32 mscms msdmo msi msimg32 msls31 mspatcha msvfw32 mswsock msxml3 msxml6 \
    ncrypt ndfapi netapi32 newdev normaliz ntdll ntdsapi odbc32 odbccp32 odbccu32 ole32 oleacc oleaut32 olecli32 oledlg olepro32 opengl32 pdh powrprof \
    propsys psapi quartz rasapi32 riched20 riched32 rpcrt4 rstrtmgr rtutils samcli sechost secur32 sensapi setupapi sfc shcore shell32 shlwapi slc snmpapi \
    srvcli sspicli sti synchronization tapi32 tdh traffic urlmon user32 userenv usp10 uxtheme version vfw32 virtdisk wbemuuid webio wevtapi wer wiaservc windowscodecs winhttp winmm \
    winscard winspool wininet wintrust winusb wldap32 wlanapi wmvcore wow32 ws2_32 wsock32 wtsapi32 xinput1_4 xmllite xpsprint ";

/// Returns where a library of Windows comes from, by its file name.
pub(crate) fn origin(name: &str) -> Option<Origin> {
    let name = name.to_ascii_lowercase();
    let row = TABLE.iter().find(|(patterns, ..)| patterns.split(' ').any(|pattern| matches(pattern, &name)));
    if let Some((_, what, remedy)) = row {
        return Some(Origin { what, remedy });
    }
    is_part_of_windows(&name).then_some(Origin { what: "part of Windows", remedy: "repair Windows (`sfc /scannow`)" })
}

/// Whether every Windows has a library of this name.
pub(crate) fn is_part_of_windows(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let stem = name.strip_suffix(".dll").or_else(|| name.strip_suffix(".drv")).unwrap_or(&name);
    let other = [
        "msvcrt", "ucrtbase", "msvbvm60", "mfc42", "mfc42u", "mfc40", "mfc40u", "msvcp60", "msvcirt", "msvcrt40",
        "crtdll",
    ];
    OF_WINDOWS.contains(&format!(" {stem} ")) || other.contains(&stem) || is_api_set(&name)
}

/// Whether it is a name for a part of Windows and not a file.
pub(crate) fn is_api_set(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with("api-ms-win-") || name.starts_with("ext-ms-")
}

/// Whether a name fits a pattern, in which `*` stands for anything and `?` for one character.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        Some((beginning, rest)) => {
            name.is_char_boundary(beginning.len().min(name.len()))
                && name.len() >= beginning.len()
                && matches(beginning, &name[..beginning.len()])
                && name[beginning.len()..]
                    .char_indices()
                    .map(|(at, _)| at)
                    .chain([name.len() - beginning.len()])
                    .any(|at| matches(rest, &name[beginning.len() + at..]))
        }
        None => {
            pattern.chars().count() == name.chars().count()
                && pattern.chars().zip(name.chars()).all(|(p, n)| p == '?' || p == n)
        }
    }
}

/// Returns the runtime that has a side-by-side assembly.
pub(crate) fn of_assembly(name: &str) -> Option<Origin> {
    let name = name.to_ascii_lowercase();
    let version =
        [("microsoft.vc80.", "msvcr80.dll"), ("microsoft.vc90.", "msvcr90.dll"), ("microsoft.vc100.", "msvcr100.dll")];
    if name.starts_with("microsoft.vc") && name.contains(".debug") {
        return origin("msvcr90d.dll");
    }
    if let Some((_, library)) = version.iter().find(|(beginning, _)| name.starts_with(beginning)) {
        return origin(library);
    }
    let is_of_windows = name.starts_with("microsoft.windows.");
    is_of_windows.then_some(Origin { what: "part of Windows", remedy: "repair Windows (`sfc /scannow`)" })
}

/// Packages with well-known 32-bit libraries of Linux: the name that is needed, Debian's package, and Arch's.
const PACKAGES: [(&str, &str, &str); 40] = [
    ("ld-linux.so.2", "libc6", "lib32-glibc"),
    ("libc.so.6", "libc6", "lib32-glibc"),
    ("libm.so.6", "libc6", "lib32-glibc"),
    ("libpthread.so.0", "libc6", "lib32-glibc"),
    ("libdl.so.2", "libc6", "lib32-glibc"),
    ("librt.so.1", "libc6", "lib32-glibc"),
    ("libnsl.so.1", "libnsl1", "lib32-libnsl"),
    ("libcrypt.so.1", "libcrypt1", "lib32-libxcrypt-compat"),
    ("libgcc_s.so.1", "libgcc-s1", "lib32-gcc-libs"),
    ("libstdc++.so.6", "libstdc++6", "lib32-gcc-libs"),
    ("libstdc++.so.5", "libstdc++5", "lib32-libstdc++5"),
    ("libgomp.so.1", "libgomp1", "lib32-gcc-libs"),
    ("libatomic.so.1", "libatomic1", "lib32-gcc-libs"),
    ("libgfortran.so.5", "libgfortran5", "lib32-gcc-libs"),
    ("libquadmath.so.0", "libquadmath0", "lib32-gcc-libs"),
    ("libz.so.1", "zlib1g", "lib32-zlib"),
    ("libbz2.so.1.0", "libbz2-1.0", "lib32-bzip2"),
    ("liblzma.so.5", "liblzma5", "lib32-xz"),
    ("libsqlite3.so.0", "libsqlite3-0", "lib32-sqlite"),
    ("libssl.so.3", "libssl3", "lib32-openssl"),
    ("libcrypto.so.3", "libssl3", "lib32-openssl"),
    ("libcurl.so.4", "libcurl4", "lib32-curl"),
    ("libusb-1.0.so.0", "libusb-1.0-0", "lib32-libusb"),
    ("libusb-0.1.so.4", "libusb-0.1-4", "lib32-libusb-compat"),
    ("libudev.so.1", "libudev1", "lib32-systemd"),
    ("libftdi1.so.2", "libftdi1-2", "libftdi"),
    ("libpcsclite.so.1", "libpcsclite1", "lib32-pcsclite"),
    ("libodbc.so.2", "libodbc2", "lib32-unixodbc"),
    ("libncurses.so.6", "libncurses6", "lib32-ncurses"),
    ("libtinfo.so.6", "libtinfo6", "lib32-ncurses"),
    ("libncurses.so.5", "libncurses5", "lib32-ncurses5-compat-libs"),
    ("libtinfo.so.5", "libtinfo5", "lib32-ncurses5-compat-libs"),
    ("libX11.so.6", "libx11-6", "lib32-libx11"),
    ("libXext.so.6", "libxext6", "lib32-libxext"),
    ("libGL.so.1", "libgl1", "lib32-libglvnd"),
    ("libasound.so.2", "libasound2", "lib32-alsa-lib"),
    ("libglib-2.0.so.0", "libglib2.0-0", "lib32-glib2"),
    ("libxml2.so.2", "libxml2", "lib32-libxml2"),
    ("libmonosgen-2.0.so.1", "libmonosgen-2.0-1", "lib32-mono"),
    ("libsoftokn3.so", "libnss3", "lib32-nss"),
];

/// Whether a library is a part of Linux's C library, which every system has in a version of its own.
pub(crate) fn is_of_c_library(name: &str) -> bool {
    PACKAGES.iter().any(|(library, package, _)| *library == name && *package == "libc6")
}

/// Returns how a machine with this package manager gets a library of Linux.
pub(crate) fn linux_remedy(name: &str, bits: u8, manager: PackageManager) -> String {
    let known = PACKAGES.iter().find(|(library, ..)| *library == name);
    match (manager, known) {
        (PackageManager::Apt, Some((_, package, _))) if bits == 32 => {
            format!("sudo dpkg --add-architecture i386; sudo apt-get update; sudo apt-get install {package}:i386")
        }
        (PackageManager::Apt, Some((_, package, _))) => format!("sudo apt-get install {package}"),
        (PackageManager::Apt, None) => {
            format!("copy it next to the library, or find its package with `apt-file search {name}`")
        }
        // Its packages list the libraries in them, and those without `()(64bit)` are 32-bit ones.
        (PackageManager::Dnf, _) if bits == 32 => format!("sudo dnf install '{name}'"),
        (PackageManager::Dnf, _) => format!("sudo dnf install '{name}()(64bit)'"),
        (PackageManager::Pacman, Some((.., package))) if bits == 32 => {
            format!("sudo pacman -S {package} (from the repository multilib)")
        }
        (PackageManager::Pacman, _) => {
            format!("copy it next to the library, or find its package with `pacman -F {name}`")
        }
        _ => "copy it next to the library, or install the package that has it".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_known_by_their_names() {
        for (name, expected) in [
            ("MSVCR90.dll", "the runtime of Visual C++ 2008"),
            ("msvcr90d.dll", "the debug runtime of Visual C++"),
            ("MFC42.DLL", "the runtime of Visual C++ 4 to 6, part of Windows"),
            ("VCRUNTIME140.dll", "the runtime of Visual C++ 2015 to 2022"),
            ("VCRUNTIME140D.dll", "the debug runtime of Visual C++"),
            ("api-ms-win-crt-runtime-l1-1-0.dll", "the Universal C Runtime, part of Windows 10 and later"),
            ("api-ms-win-core-file-l1-2-0.dll", "an API set of Windows"),
            ("MSVBVM60.DLL", "the runtime of Visual Basic 6, part of Windows"),
            ("rtl140.bpl", "a package of Delphi or C++Builder"),
            ("libgcc_s_dw2-1.dll", "the runtime of MinGW-w64"),
            ("KERNEL32.dll", "part of Windows"),
            ("WINSPOOL.DRV", "part of Windows"),
        ] {
            assert_eq!(origin(name).map(|origin| origin.what), Some(expected), "{name}");
        }
        assert_eq!(origin("meter.dll"), None);
        assert_eq!(origin("").map(|origin| origin.what), None);
    }

    #[test]
    fn patterns_stand_for_any_text() {
        assert!(matches("a*c.dll", "abbc.dll") && matches("a*c.dll", "ac.dll") && matches("*.bpl", "x.bpl"));
        assert!(!matches("a*c.dll", "ab.dll") && !matches("a?c", "ac") && matches("a?c", "aäc"));
        assert!(!matches("ab*", "ä") && matches("*", ""));
    }

    #[test]
    fn the_package_manager_decides_about_the_remedy() {
        let remedy = |name, manager| linux_remedy(name, 32, manager);
        assert!(remedy("libz.so.1", PackageManager::Apt).ends_with("apt-get install zlib1g:i386"));
        assert_eq!(remedy("libz.so.1", PackageManager::Dnf), "sudo dnf install 'libz.so.1'");
        assert!(remedy("libz.so.1", PackageManager::Pacman).contains("lib32-zlib"));
        assert!(remedy("libmeter.so.3", PackageManager::Apt).contains("apt-file search libmeter.so.3"));
        assert!(!remedy("libz.so.1", PackageManager::Unknown).is_empty());
    }
}
