//! For Windows, copies zlib to the server's folder.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    native_build::copy_mingw_dll("zlib1.dll")
}
