//! A runner that starts no server and does not end by itself.

fn main() {
    std::thread::sleep(std::time::Duration::from_secs(60));
}
