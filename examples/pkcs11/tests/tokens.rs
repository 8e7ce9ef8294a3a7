//! Tests a token of SoftHSM: known digests and ciphertexts, attributes, error codes, what outlives a server.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::path::Path;
use std::process::Command;

use bridge32::Error;
use pkcs11::{
    AES, AES_CBC, AES_ECB, ATTRIBUTE_SENSITIVE, ATTRIBUTE_TYPE_INVALID, Attribute, BUFFER_TOO_SMALL, CLASS,
    CRYPTOKI_ALREADY_INITIALIZED, CRYPTOKI_NOT_INITIALIZED, DECRYPT, ENCRYPT, ID, KEY_TYPE, LABEL, MODULUS, Mechanism,
    OK, OPERATION_NOT_INITIALIZED, ObjectHandle, PIN_INCORRECT, PIN_LEN_RANGE, Pkcs11Client, RW_SESSION, SECRET_KEY,
    SENSITIVE, SERIAL_SESSION, SHA256, SLOT_ID_INVALID, SessionHandle, TOKEN, USER_NOT_LOGGED_IN, User, VALUE,
    VALUE_LEN, softhsm,
};
use tempfile::TempDir;

const PIN: &str = "größer";

/// A new token, and a session in which its user is logged in.
fn token() -> (TempDir, Pkcs11Client, SessionHandle) {
    let folder = tempfile::tempdir().unwrap();
    let client = softhsm::launch(folder.path()).unwrap();
    client.initialize().unwrap();
    let slot = softhsm::make_token(&client, "token", "officer", PIN).unwrap();
    let (_, session) = client.open_session(slot, SERIAL_SESSION | RW_SESSION).unwrap();
    client.login(session, User::User, PIN).unwrap();
    (folder, client, session)
}

/// A key with these bytes, which the token reveals.
fn key(client: &Pkcs11Client, session: SessionHandle, value: &[u8], more: &[Attribute]) -> ObjectHandle {
    let mut template = vec![
        Attribute::ulong(CLASS, SECRET_KEY),
        Attribute::ulong(KEY_TYPE, AES),
        Attribute::bytes(VALUE, value),
        Attribute::bool(ENCRYPT, true),
        Attribute::bool(DECRYPT, true),
    ];
    template.extend_from_slice(more);
    client.create_object(session, &template).unwrap().1
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<char> = hex.chars().filter(|c| !c.is_whitespace()).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap()).collect()
}

/// Asserts that a call has failed with a code, and that the error has the code's name.
#[track_caller]
fn assert_fails<T: std::fmt::Debug>(result: Result<T, Error>, code: u32) {
    match result {
        Err(Error::Status { value, text, .. }) => {
            assert_eq!((value, text.as_deref()), (code.into(), pkcs11::name(code)));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn digests_are_those_of_the_standard() {
    let (_folder, client, session) = token();
    // FIPS 180-4; the values are among NIST's examples.
    let million = vec![b'a'; 1_000_000];
    for (data, digest) in [
        (&b""[..], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (&million, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ] {
        client.digest_init(session, &Mechanism::new(SHA256)).unwrap();
        assert_eq!(client.digest(session, data).unwrap().1, bytes(digest));
    }
}

#[test]
fn ciphertexts_are_those_of_the_standard() {
    let (_folder, client, session) = token();
    // FIPS 197, appendix C, and NIST SP 800-38A, F.2.5.
    let ecb = key(&client, session, &bytes("000102030405060708090a0b0c0d0e0f"), &[]);
    let cbc = key(&client, session, &bytes("603deb1015ca71be2b73aef0857d7781 1f352c073b6108d72d9810a30914dff4"), &[]);
    let vector = bytes("000102030405060708090a0b0c0d0e0f");
    for (key, mechanism, plain, encrypted) in [
        (ecb, Mechanism::new(AES_ECB), "00112233445566778899aabbccddeeff", "69c4e0d86a7b0430d8cdb78070b4c55a"),
        (
            cbc,
            Mechanism::with(AES_CBC, vector),
            "6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51",
            "f58c4c04d6e5f1ba779eabfb5f7bfbd6 9cfc4e967edb808d679f777bc6702c7d",
        ),
    ] {
        client.encrypt_init(session, &mechanism, key).unwrap();
        assert_eq!(client.encrypt(session, &bytes(plain)).unwrap().1, bytes(encrypted));
        client.decrypt_init(session, &mechanism, key).unwrap();
        assert_eq!(client.decrypt(session, &bytes(encrypted)).unwrap().1, bytes(plain));
    }
}

#[test]
fn attributes_have_the_length_that_they_need() {
    let (_folder, client, session) = token();
    let value = [7; 32];
    let label = Attribute::bytes(LABEL, "a key with a long label");
    let open = key(&client, session, &value, &[label.clone(), Attribute::bool(SENSITIVE, false)]);
    let mut template = [Attribute::null(LABEL), Attribute::null(MODULUS), Attribute::null(VALUE_LEN)];
    // A key of AES has no modulus.
    let ret = client.get_attribute_value(session, open, &mut template).unwrap();
    assert_eq!(ret, ATTRIBUTE_TYPE_INVALID);
    assert_eq!(template.each_ref().map(Attribute::needed), [Some(23), None, Some(4)]);
    assert!(template.iter().all(|attribute| attribute.value.is_none()));

    template[0].value = Some(vec![0; 22]);
    template[2].value = Some(vec![0; 8]);
    let ret = client.get_attribute_value(session, open, &mut template).unwrap();
    assert!([ATTRIBUTE_TYPE_INVALID, BUFFER_TOO_SMALL].contains(&ret), "{ret:#x}");
    assert_eq!(template[0].value, None, "one byte too short");
    assert_eq!(template.each_ref().map(Attribute::needed), [None, None, Some(4)]);
    assert_eq!(template[2].value, Some(32u32.to_le_bytes().to_vec()), "cut to what was written");

    template[0].value = Some(vec![0; 100]);
    client.get_attribute_value(session, open, &mut template).unwrap();
    assert_eq!(template[0].value, label.value, "cut to what was written");
}

#[test]
fn a_secret_value_is_unavailable() {
    let (_folder, client, session) = token();
    let secret = key(&client, session, &[1; 16], &[Attribute::bytes(ID, [9]), Attribute::bool(SENSITIVE, true)]);
    let values = client.values(session, secret, &[VALUE, ID, LABEL, SENSITIVE]).unwrap();
    assert_eq!(values, [None, Some(vec![9]), Some(vec![]), Some(vec![1])]);
    let mut template = [Attribute::bytes(VALUE, [0; 16])];
    assert_eq!(client.get_attribute_value(session, secret, &mut template).unwrap(), ATTRIBUTE_SENSITIVE);
    assert_eq!((template[0].needed(), &template[0].value), (None, &None));
}

#[test]
fn failures_have_the_code_and_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let client = softhsm::launch(folder.path()).unwrap();
    assert_fails(client.get_info(), CRYPTOKI_NOT_INITIALIZED);
    client.initialize().unwrap();
    assert_fails(client.initialize(), CRYPTOKI_ALREADY_INITIALIZED);
    let slot = softhsm::make_token(&client, "token", "officer", PIN).unwrap();
    assert_fails(client.get_token_info(slot + 1000), SLOT_ID_INVALID);

    let (_, session) = client.open_session(slot, SERIAL_SESSION | RW_SESSION).unwrap();
    let error = client.login(session, User::User, "kleiner").unwrap_err();
    assert_eq!(error.to_string(), "`login` failed: the library reports 160: CKR_PIN_INCORRECT");
    assert_fails(client.login(session, User::SecurityOfficer, PIN), PIN_INCORRECT);
    assert_fails(client.init_pin(session, PIN), USER_NOT_LOGGED_IN);
    client.login(session, User::SecurityOfficer, "officer").unwrap();
    assert_fails(client.init_pin(session, "1"), PIN_LEN_RANGE);
    client.logout(session).unwrap();
    assert_fails(client.digest(session, b"abc"), OPERATION_NOT_INITIALIZED);
    client.close_session(session).unwrap();
    let closed = client.logout(session).unwrap_err();
    assert!(closed.to_string().contains("is a handle that was closed"), "{closed}");
    client.finalize().unwrap();
    assert_fails(client.get_slot_list(true), CRYPTOKI_NOT_INITIALIZED);
}

#[test]
fn objects_of_the_token_are_found_by_the_next_server() {
    let (folder, client, session) = token();
    let text = |text: &str| Attribute::bytes(LABEL, text);
    key(&client, session, &[1; 16], &[text("one"), Attribute::bool(TOKEN, true)]);
    key(&client, session, &[2; 16], &[text("two"), Attribute::bool(TOKEN, true)]);
    key(&client, session, &[3; 16], &[text("of the session"), Attribute::bool(TOKEN, false)]);
    assert_eq!(labels(&client, session, &[]), ["of the session", "one", "two"]);
    let exit = client.shutdown().unwrap();
    assert!(exit.status.unwrap().success());
    assert_eq!(exit.stderr, "");

    let (client, session) = log_in(folder.path());
    assert_eq!(labels(&client, session, &[]), ["one", "two"]);
    assert_eq!(labels(&client, session, &[text("two")]), ["two"]);
    client.find_objects_init(session, &[text("one")]).unwrap();
    let (_, found, _) = client.find_objects(session, 8).unwrap();
    client.find_objects_final(session).unwrap();
    client.destroy_object(session, found[0]).unwrap();
    assert_eq!(labels(&client, session, &[]), ["two"]);
    assert!(client.destroy_object(session, found[0]).unwrap_err().to_string().contains("was closed"));
}

/// A session with the token that another server has made.
fn log_in(folder: &Path) -> (Pkcs11Client, SessionHandle) {
    let client = softhsm::launch(folder).unwrap();
    client.initialize().unwrap();
    let (_, slots) = client.get_slot_list(true).unwrap();
    let is_token = |slot: &u32| client.get_token_info(*slot).unwrap().1.label == format!("{:32}", "token");
    let slot = slots.into_iter().find(is_token).unwrap();
    let (_, session) = client.open_session(slot, SERIAL_SESSION | RW_SESSION).unwrap();
    assert_eq!(client.login(session, User::User, PIN).unwrap(), OK);
    (client, session)
}

/// The sorted labels of the objects with these attributes, found one at a time.
fn labels(client: &Pkcs11Client, session: SessionHandle, template: &[Attribute]) -> Vec<String> {
    client.find_objects_init(session, template).unwrap();
    let mut labels = Vec::new();
    while let (_, objects, 1) = client.find_objects(session, 1).unwrap() {
        let values = client.values(session, objects[0], &[LABEL]).unwrap();
        labels.push(String::from_utf8(values[0].clone().unwrap()).unwrap());
    }
    client.find_objects_final(session).unwrap();
    labels.sort();
    labels
}

#[test]
fn the_program_encrypts() {
    let output = Command::new(env!("CARGO_BIN_EXE_pkcs11")).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    for part in [
        "`login` failed: the library reports 160: CKR_PIN_INCORRECT",
        "SHA-256: ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "the key's label is \"a key\"",
        "the key's value is not revealed",
        " is a secret",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
}
