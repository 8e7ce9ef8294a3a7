//! Calls each kind of method of the assembly.

use bridge32::Error;
use dotnet::DotnetClient;
use ndarray::array;

fn main() -> Result<(), Error> {
    let client = DotnetClient::launch()?;
    println!("the assembly has the classes {}", client.class_names()?.join(", "));
    println!("8 + 2 = {}", client.add_integers(8, 2)?);
    println!("4 / 5 = {}", client.divide_floats(4.0, 5.0)?);
    println!("872.24 · 525.525 = {}", client.multiply_doubles(872.24, 525.525)?);
    println!("99 - 100 = {}", client.add_or_subtract(99.0, 100.0, false)?);
    println!("2 · [0, 1, 2, 3] = {:?}", client.scalar_multiply(2.0, &[0.0, 1.0, 2.0, 3.0])?);
    println!("\"New Zealand\" reversed: {:?}", client.reverse_string("New Zealand")?);
    println!("11 - 22 + 33 - 44 + 55 = {}", client.add_multiple(11, -22, 33, -44, 55)?);
    println!("several texts in one: {:?}", client.concatenate("the ", "experiment ", "worked ", true, "well")?);

    let (a, b) = (array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], array![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
    println!("{a}\n  times\n{b}\n  is\n{}", client.multiply(a.view(), b.view())?);

    let verse = client.word_counter("the bear went over the mountain")?;
    println!("an object that counts words: {} different ones", client.add_words(&verse, "to see what he could see")?);
    let (found, count) = client.count_word(&verse, "the")?;
    println!("was there \"the\"? {found}, {count} times");
    let other = client.word_counter("over the hills and far away")?;
    println!("words that two objects have in common: {:?}", client.common_words(&verse, &other)?);
    client.release_counter(verse)?;
    client.release_counter(other)?;

    if let Err(Error::Exception { class, message, stack_trace, .. }) = client.divide_integers(1, 0) {
        println!("1 / 0 throws {class}: {message}\n{stack_trace}");
    }
    Ok(())
}
