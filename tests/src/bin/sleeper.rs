//! A runner that starts no server and does not exit.

fn main() {
    std::thread::sleep(std::time::Duration::from_secs(60));
}
