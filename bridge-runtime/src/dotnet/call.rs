//! A call of a managed method: its arguments, and what comes back.

use super::assembly::ManagedLibrary;
use super::host::Operation;
use super::managed::{Element, Managed, put_text};
use super::value::{Taken, Value};
use crate::fault::Fault;
use crate::native::Scope;

/// A call that is being made. The arguments are put in order.
#[derive(Debug)]
pub struct Call<'a> {
    library: &'a ManagedLibrary,
    method: u32,
    number: i32,
    /// What they are addresses of is borrowed for `'a`, or in the scope.
    arguments: Vec<Value>,
    scope: Scope,
}

impl<'a> Call<'a> {
    pub(super) fn new(library: &'a ManagedLibrary, method: u32, number: i32) -> Self {
        Self { library, method, number, arguments: Vec::new(), scope: Scope::new() }
    }

    /// An argument.
    pub fn value<T: Managed>(&mut self, value: &'a T) {
        self.arguments.push(value.put(&mut self.scope));
    }

    /// Text, or null.
    pub fn text(&mut self, text: impl Into<Option<&'a str>>) {
        self.arguments.push(text.into().map_or(Value::NULL, |text| put_text(text, &mut self.scope)));
    }

    /// An array.
    pub fn slice<T: Element>(&mut self, values: &'a [T]) {
        self.arguments.push(T::put_all(values, &mut self.scope));
    }

    /// An argument by `ref`.
    pub fn reference<T: Managed>(&mut self, value: &'a T) {
        let value = value.put(&mut self.scope);
        self.arguments.push(Value { back: 1, ..value });
    }

    /// An array whose elements may change.
    pub fn slice_mut<T: Element>(&mut self, values: &'a [T]) {
        let value = T::put_all(values, &mut self.scope);
        self.arguments.push(Value { back: 1, ..value });
    }

    /// An argument by `out`.
    pub fn out(&mut self) {
        self.arguments.push(Value { back: 1, ..Value::NULL });
    }

    /// Makes the call.
    ///
    /// # Errors
    /// [`Fault::Exception`] if managed code threw one, and [`Fault::Argument`] for an object that is not there.
    pub fn invoke(mut self) -> Result<Outcome, Fault> {
        let host = self.library.host;
        let back: Vec<_> = self.arguments.iter().map(|argument| argument.back != 0).collect();
        // SAFETY: what the arguments are addresses of is borrowed, or in the scope, both until after the call.
        let returned = unsafe { host.ask(Operation::Invoke, self.number, &mut self.arguments) };
        let returned = returned.map_err(|refusal| refusal.into_fault(|place| self.parameter(place)))?;
        let arguments = self.arguments.iter().zip(back).map(|(value, back)| back.then(|| Taken::new(*value, host)));
        Ok(Outcome { returned, arguments: arguments.collect() })
    }

    /// The name of the parameter at a place.
    fn parameter(&self, place: usize) -> &'static str {
        let method = self.library.description.methods.get(self.method as usize);
        method.and_then(|method| method.parameters.get(place)).map_or("?", |parameter| parameter.name)
    }
}

/// What a call has given.
#[derive(Debug)]
pub struct Outcome {
    returned: Taken,
    /// Those that are wanted back.
    arguments: Vec<Option<Taken>>,
}

impl Outcome {
    /// What the method returned.
    ///
    /// # Errors
    /// [`Fault::Value`] for what is no value of the type.
    pub fn returned<T: Managed>(&self) -> Result<T, Fault> {
        T::take(&self.returned)
    }

    /// What became of the argument at a place.
    ///
    /// # Errors
    /// As [`Outcome::returned`].
    pub fn argument<T: Managed>(&self, place: usize) -> Result<T, Fault> {
        match self.arguments.get(place) {
            Some(Some(taken)) => T::take(taken),
            _ => Err(Fault::Value(format!("nothing in the argument {place}"))),
        }
    }

    /// What became of the elements of the array at a place. Their number cannot change.
    ///
    /// # Errors
    /// As [`Outcome::returned`].
    pub fn argument_into<T: Element>(&self, place: usize, values: &mut [T]) -> Result<(), Fault> {
        let changed: Vec<T> = self.argument(place)?;
        if changed.len() != values.len() {
            return Err(Fault::Value(format!("{} elements in an array of {}", changed.len(), values.len())));
        }
        values.clone_from_slice(&changed);
        Ok(())
    }
}
