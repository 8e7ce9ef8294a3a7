//! On Windows, puts zlib beside the server.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    native_build::put_beside("zlib1.dll")
}
