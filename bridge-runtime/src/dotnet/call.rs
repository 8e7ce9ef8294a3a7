//! One call of a managed method: its arguments and its results.

use std::marker::PhantomData;

use super::host::{Host, Operation};
use super::managed::{Element, Managed, put_text};
use super::owned_value::OwnedValue;
use super::value::Value;
use crate::fault::Fault;
use crate::interface::Description;
use crate::native::{Scope, is_null_in_c};

/// A call of a managed method. Its arguments are added in order.
#[derive(Debug)]
pub struct ManagedCall<'a> {
    host: &'static Host,
    description: &'static Description,
    method: u32,
    /// The shim's number for the managed method.
    number: i32,
    /// What they point to is borrowed for `'a`, or kept in the scope.
    arguments: Vec<Value>,
    scope: Scope,
    borrowed: PhantomData<&'a ()>,
}

impl<'a> ManagedCall<'a> {
    pub(super) fn new(host: &'static Host, description: &'static Description, method: u32, number: i32) -> Self {
        let (arguments, scope) = (Vec::new(), Scope::new());
        Self { host, description, method, number, arguments, scope, borrowed: PhantomData }
    }

    /// Adds an argument, or null where a C program passes that.
    fn push(&mut self, value: Value) {
        let is_null = is_null_in_c(self.arguments.len() as u32);
        self.arguments.push(if is_null { Value { back: value.back, ..Value::NULL } } else { value });
    }

    /// Adds an argument by value.
    pub fn value<T: Managed>(&mut self, value: &'a T) {
        let value = value.put(&mut self.scope);
        self.push(value);
    }

    /// Adds text, or null.
    pub fn text(&mut self, text: impl Into<Option<&'a str>>) {
        let value = text.into().map_or(Value::NULL, |text| put_text(text, &mut self.scope));
        self.push(value);
    }

    /// Adds an array.
    pub fn slice<T: Element>(&mut self, values: &'a [T]) {
        let value = T::put_all(values, &mut self.scope);
        self.push(value);
    }

    /// Adds an argument by `ref`.
    pub fn reference<T: Managed>(&mut self, value: &'a T) {
        let value = value.put(&mut self.scope);
        self.push(Value { back: 1, ..value });
    }

    /// Adds an array whose elements the method may change.
    pub fn slice_mut<T: Element>(&mut self, values: &'a [T]) {
        let value = T::put_all(values, &mut self.scope);
        self.push(Value { back: 1, ..value });
    }

    /// Adds an argument by `out`.
    pub fn out(&mut self) {
        self.push(Value { back: 1, ..Value::NULL });
    }

    /// Makes the call.
    ///
    /// # Errors
    /// [`Fault::Exception`] if managed code threw one, and [`Fault::Argument`] for an object that the server does not hold.
    pub fn invoke(mut self) -> Result<ManagedOutcome, Fault> {
        let host = self.host;
        let back: Vec<_> = self.arguments.iter().map(|argument| argument.back != 0).collect();
        // SAFETY: what the arguments point to is borrowed or kept in the scope, and so valid until after the call.
        let returned = unsafe { host.ask(Operation::Invoke, self.number, &mut self.arguments) };
        let returned = returned.map_err(|refusal| refusal.into_fault(|place| self.parameter(place)))?;
        let arguments =
            self.arguments.iter().zip(back).map(|(value, back)| back.then(|| OwnedValue::new(*value, host)));
        Ok(ManagedOutcome { returned, arguments: arguments.collect() })
    }

    /// The name of the parameter at an index.
    fn parameter(&self, place: usize) -> &'static str {
        let method = self.description.methods.get(self.method as usize);
        method.and_then(|method| method.parameters.get(place)).map_or("?", |parameter| parameter.name)
    }
}

/// The results of a call.
#[derive(Debug)]
pub struct ManagedOutcome {
    returned: OwnedValue,
    /// By the index of the argument; present for those by `ref` and `out`.
    arguments: Vec<Option<OwnedValue>>,
}

impl ManagedOutcome {
    /// What the method returned.
    ///
    /// # Errors
    /// [`Fault::Value`] for a value of another type.
    pub fn returned<T: Managed>(&self) -> Result<T, Fault> {
        T::take(&self.returned)
    }

    /// The argument by `ref` or `out` at an index, as the method left it.
    ///
    /// # Errors
    /// As [`ManagedOutcome::returned`].
    pub fn argument<T: Managed>(&self, place: usize) -> Result<T, Fault> {
        match self.arguments.get(place) {
            Some(Some(taken)) => T::take(taken),
            _ => Err(Fault::Value(format!("nothing in the argument {place}"))),
        }
    }

    /// Copies the elements of the array at an index back. Their number cannot change. There are none if a C program passes null.
    ///
    /// # Errors
    /// As [`ManagedOutcome::returned`].
    pub fn argument_into<T: Element>(&self, place: usize, values: &mut [T]) -> Result<(), Fault> {
        if is_null_in_c(place as u32) {
            return Ok(());
        }
        let changed: Vec<T> = self.argument(place)?;
        if changed.len() != values.len() {
            return Err(Fault::Value(format!("{} elements in an array of {}", changed.len(), values.len())));
        }
        values.clone_from_slice(&changed);
        Ok(())
    }
}
