//! Makes a token of SoftHSM, and encrypts with a key in it.

use std::error::Error;

use pkcs11::{
    AES, AES_CBC_PAD, Attribute, CLASS, DECRYPT, ENCRYPT, KEY_TYPE, LABEL, Mechanism, RW_SESSION, SECRET_KEY,
    SENSITIVE, SERIAL_SESSION, SHA256, User, VALUE, softhsm,
};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let client = softhsm::launch(folder.path())?;
    client.initialize()?;
    let (_, info) = client.get_info()?;
    println!("{}, {}", info.library_description.trim(), client.server_info().architecture);

    // The security officer makes a token, and the PIN of its user.
    let slot = softhsm::make_token(&client, "example", "officer's PIN", "1234")?;
    let (_, token) = client.get_token_info(slot)?;
    println!("{}: {} {}", token.label.trim(), token.manufacturer.trim(), token.model.trim());

    let (_, session) = client.open_session(slot, SERIAL_SESSION | RW_SESSION)?;
    // The error has the name of the code that the module returns.
    if let Err(error) = client.login(session, User::User, "4321") {
        println!("{error}");
    }
    client.login(session, User::User, "1234")?;

    client.digest_init(session, &Mechanism::new(SHA256))?;
    let (_, digest) = client.digest(session, b"abc")?;
    println!("SHA-256: {}", hex(&digest));

    let template = [
        Attribute::ulong(CLASS, SECRET_KEY),
        Attribute::ulong(KEY_TYPE, AES),
        Attribute::bytes(LABEL, "a key"),
        Attribute::bytes(VALUE, *b"sixteen bytes..."),
        Attribute::bool(SENSITIVE, true),
        Attribute::bool(ENCRYPT, true),
        Attribute::bool(DECRYPT, true),
    ];
    let (_, key) = client.create_object(session, &template)?;
    // Values of any length, of which one is secret.
    for (name, value) in ["label", "value"].into_iter().zip(client.values(session, key, &[LABEL, VALUE])?) {
        match value {
            Some(bytes) => println!("the key's {name} is {:?}", String::from_utf8_lossy(&bytes)),
            None => println!("the key's {name} is not revealed"),
        }
    }

    let cbc = Mechanism::with(AES_CBC_PAD, [0; 16]);
    client.encrypt_init(session, &cbc, key)?;
    let (_, encrypted) = client.encrypt(session, b"a secret")?;
    client.decrypt_init(session, &cbc, key)?;
    let (_, decrypted) = client.decrypt(session, &encrypted)?;
    println!("{} is {}", hex(&encrypted), String::from_utf8_lossy(&decrypted));

    client.destroy_object(session, key)?;
    client.close_session(session)?;
    client.finalize()?;
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
