//! A managed method as the C function that a drop-in library exports for it: with the types that a native function with these values
//! would have. Arrays come with their lengths, and objects are pointers that the program only passes on.

use proc_macro2::{Ident, TokenStream};
use syn::{LitStr, Type, parse_quote};

use crate::model::{
    Callee, Closes, Form, Interface, Kind, Length, LibraryPointer, Managed, Method, Native, Parameter, Passing,
    PointerLength, Returns, Signature, Target,
};
use crate::names::{self, local};
use crate::settings::Encoding;
use crate::types;

/// The name of the C function: that of the trait's method, because classes have methods with the same names, and overloads. It begins
/// with the interface's, because a program that is linked with the library would call a plain `close` or `exit` instead of C's own.
pub(super) fn c_name(interface: &Interface, method: &Method) -> String {
    names::function_in_c(&interface.name, &method.name)
}

/// The C function for a managed method.
///
/// # Errors
/// Why there is none.
pub(super) fn c_function(interface: &Interface, method: &Method, managed: &Managed) -> Result<Method, String> {
    let (name, krate) = (c_name(interface, method), interface.options.krate());
    if !name.is_ascii() {
        return Err("its name has letters that names in C do not have".to_owned());
    }
    let mut native = Native::named(LitStr::new(&name, method.name.span()));
    let mut function = CParameters { method, krate: &krate, parameters: Vec::new() };
    for parameter in &method.signature.parameters {
        function.pass(parameter, managed)?;
    }
    let returns = match &method.signature.returns {
        Returns::Nothing => Returns::Nothing,
        Returns::Value(ty) | Returns::Vec { ty, .. } if types::is_matrix(ty) => {
            return Err("it returns a matrix, for which C has no type".to_owned());
        }
        Returns::Value(ty) | Returns::Vec { ty, .. } | Returns::Result { ty, .. } => match array_element(ty) {
            Some(element) => {
                let length = function.add_length("length", &local("ret"), Some(Passing::Out));
                native.returned.length = Some(length);
                Returns::Vec { ty: ty.clone(), element: Box::new(element.clone()) }
            }
            None => Returns::Value(ty.clone()),
        },
    };
    let signature =
        Signature { parameters: function.parameters, returns, callee: Callee::Function, makes_callback: false };
    Ok(Method {
        attrs: method.attrs.clone(),
        name: method.name.clone(),
        signature,
        body: None,
        target: Some(Target::Native(Box::new(native))),
        timeout: None,
    })
}

/// The parameters of the C function.
struct CParameters<'m> {
    method: &'m Method,
    krate: &'m TokenStream,
    parameters: Vec<Parameter>,
}

impl CParameters<'_> {
    /// Adds a parameter, and that of its length if it is an array.
    ///
    /// # Errors
    /// Why C cannot pass it.
    fn pass(&mut self, parameter: &Parameter, managed: &Managed) -> Result<(), String> {
        let (ty, passing) = match &parameter.kind {
            Kind::Pointer(ty, passing) => (&**ty, Some(*passing)),
            Kind::Array(element, _) => (&**element, None),
            _ => (&parameter.ty, None),
        };
        let name = names::text(&parameter.name);
        if types::is_matrix(ty) {
            return Err(format!("`{name}` is a matrix, for which C has no type"));
        }
        let (mut kind, mut is_nullable) = (parameter.kind.clone(), parameter.is_nullable);
        let mut length = None;
        match (&parameter.kind, passing) {
            (Kind::Array(..), _) => length = Some((parameter, None)),
            (Kind::Value, _) if types::optional_vec_element(ty).is_some() => {
                let element = array_element(ty).cloned().map(Box::new);
                kind = element.map_or(kind, |element| Kind::Array(element, Passing::In));
                is_nullable = true;
                length = Some((parameter, None));
            }
            (_, Some(Passing::In | Passing::InOut)) if array_element(ty).is_some() => {
                return Err(format!(
                    "`{name}` is an array by reference, which the method may exchange for another one"
                ));
            }
            (Kind::Value, _) | (_, Some(Passing::In)) if types::is_optional_string(ty) => {
                (kind, is_nullable) = (Kind::Text(Encoding::Utf8), true);
            }
            // Managed code is passed a value, as which an object counts.
            (_, Some(Passing::In)) => kind = Kind::Value,
            (_, Some(Passing::Out)) => match array_element(ty) {
                Some(element) => {
                    let element = Some(Box::new(element.clone()));
                    kind = Kind::LibraryPointer(Box::new(LibraryPointer { element, ..LibraryPointer::utf8() }));
                    length = Some((parameter, Some(Passing::Out)));
                }
                None if types::is_named(ty, "String") || types::is_optional_string(ty) => {
                    kind = Kind::LibraryPointer(Box::new(LibraryPointer::utf8()));
                }
                None => {}
            },
            _ => {}
        }
        let closes = match &managed.form {
            Form::Release(attribute) => Some(Closes { attribute: attribute.clone(), condition: None }),
            _ => None,
        };
        let place = self.parameters.len();
        let ty = if passing == Some(Passing::In) { ty } else { &parameter.ty };
        self.parameters.push(Parameter { ty: ty.clone(), kind, is_nullable, closes, this: None, ..parameter.clone() });
        if let Some((of, passing)) = length {
            let length = self.add_length(&format!("{name}_length"), &of.name, passing);
            if let Kind::LibraryPointer(pointer) = &mut self.parameters[place].kind {
                pointer.length = Some(length);
            }
        }
        Ok(())
    }

    /// Adds the length of an array; returns the expression for it.
    fn add_length(&mut self, name: &str, of: &Ident, passing: Option<Passing>) -> PointerLength {
        let is_taken = |name: &str| {
            let own = self.method.signature.parameters.iter().chain(&self.parameters);
            own.into_iter().any(|parameter| names::text(&parameter.name) == name)
        };
        let mut name = name.to_owned();
        while is_taken(&name) {
            name.push('_');
        }
        let (name, krate) = (Ident::new(&name, of.span()), self.krate);
        let ty: Type = parse_quote!(#krate::Size);
        let length = Length { of: vec![of.clone()], in_bytes: false, ty: Box::new(ty.clone()), passing };
        self.parameters.push(Parameter {
            mutability: None,
            name: name.clone(),
            ty,
            kind: Kind::Length(length),
            is_nullable: false,
            elements: None,
            fixed: None,
            closes: None,
            this: None,
        });
        PointerLength::Elements(parse_quote!(*#name))
    }
}

/// The `T` of `Vec<T>` and `Option<Vec<T>>`.
fn array_element(ty: &Type) -> Option<&Type> {
    types::vec_element(ty).or_else(|| types::optional_vec_element(ty))
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;
    use crate::errors::Errors;
    use crate::options::Options;
    use crate::parse;

    /// The C function for the only method of an interface: its name, what is passed and how, and what is returned.
    fn in_c(method: TokenStream) -> Result<String, String> {
        let errors = Errors::default();
        let item = parse::item(quote!(trait MyMeter { #method }), &errors).expect("a trait");
        let interface = parse::interface(item, Options::parse(quote!(dotnet = "meter", class = "C"), &errors), &errors);
        assert!(errors.is_empty(), "{}", errors.into_tokens());
        let method = interface.methods.first().expect("a method");
        let Some(Target::Managed(managed)) = &method.target else { panic!("it is not a managed method") };
        let function = c_function(&interface, method, managed)?;
        let parameters: Vec<_> = function.signature.parameters.iter().map(shown).collect();
        let returned = match &function.signature.returns {
            Returns::Vec { element, .. } => format!(" -> *{}", plain(element)),
            returns => format!(" -> {}", plain(&returns.ty())),
        };
        Ok(format!("{}({}){returned}", c_name(&interface, method), parameters.join(", ")))
    }

    fn plain(tokens: &impl quote::ToTokens) -> String {
        tokens.to_token_stream().to_string().replace(' ', "")
    }

    fn shown(parameter: &Parameter) -> String {
        let direction = |passing: Passing| match passing {
            Passing::In => "in",
            Passing::InOut => "in out",
            Passing::Out => "out",
        };
        let kind = match &parameter.kind {
            Kind::Value => plain(&parameter.ty),
            Kind::Text(_) => "text".to_owned(),
            Kind::Pointer(ty, passing) => format!("{} {}", direction(*passing), plain(ty)),
            Kind::Array(element, passing) => format!("{} *{}", direction(*passing), plain(element)),
            Kind::LibraryPointer(pointer) => match &pointer.element {
                Some(element) => format!("out **{}", plain(element)),
                None => "out text".to_owned(),
            },
            Kind::Length(length) => {
                let of: Vec<_> = length.of.iter().map(names::text).collect();
                format!("{}length of {}", length.passing.map(|_| "out ").unwrap_or_default(), of.join(" and "))
            }
            _ => "?".to_owned(),
        };
        let null = if parameter.is_nullable { " or null" } else { "" };
        let freed = if parameter.closes.is_some() { ", freed" } else { "" };
        format!("{}: {kind}{null}{freed}", names::text(&parameter.name))
    }

    #[test]
    fn values_text_and_objects_are_passed_as_c_has_them() {
        for (method, expected) in [
            (
                quote!(
                    fn add(&self, a: i32, b: &Unit) -> bool;
                ),
                "my_meter_add(a: i32, b: Unit) -> bool",
            ),
            (
                quote!(
                    fn name(&self, x: &str) -> String;
                ),
                "my_meter_name(x: text) -> String",
            ),
            (
                quote!(
                    fn name(&self, x: Option<&str>, y: Option<String>) -> Option<String>;
                ),
                "my_meter_name(x: text or null, y: text or null) -> Option<String>",
            ),
            (
                quote!(
                    fn r#try(&self, #[this] x: &Object<T>, y: Option<Object<T>>) -> Object<T>;
                ),
                "my_meter_try(x: Object<T>, y: Option<Object<T>>) -> Object<T>",
            ),
            (
                quote!(
                    #[release]
                    fn free(&self, x: Object<T>);
                ),
                "my_meter_free(x: Object<T>, freed) -> ()",
            ),
            (
                quote!(
                    fn all(&self, x: &mut f64, y: &mut Object<T>, #[out] z: u8, #[out] text: Option<String>);
                ),
                "my_meter_all(x: in out f64, y: in out Object<T>, z: out u8, text: out text) -> ()",
            ),
        ] {
            assert_eq!(in_c(method).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn arrays_have_lengths_whose_names_are_free() {
        for (method, expected) in [
            (
                quote!(
                    fn sum(&self, x: &[f64], y: &mut [bool]) -> f64;
                ),
                "my_meter_sum(x: in *f64, x_length: length of x, y: in out *bool, y_length: length of y) -> f64",
            ),
            (
                quote!(
                    fn all(&self, length: Option<Vec<String>>, length_: i32) -> Option<Vec<i64>>;
                ),
                "my_meter_all(length: in *String or null, length_length: length of length, length_: i32, \
                 length__: out length of ret) -> *i64",
            ),
            (
                quote!(
                    fn all(&self, x_length: i32, #[out] x: Vec<String>) -> Vec<u8>;
                ),
                "my_meter_all(x_length: i32, x: out **String, x_length_: out length of x, length: out length of ret) -> *u8",
            ),
        ] {
            assert_eq!(in_c(method).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn what_c_cannot_have_is_left_out_for_a_reason() {
        let by_reference = "`x` is an array by reference, which the method may exchange for another one";
        for (method, reason) in [
            (
                quote!(
                    fn all(&self) -> Matrix<f64>;
                ),
                "it returns a matrix, for which C has no type",
            ),
            (
                quote!(
                    fn all(&self, x: &dotnet::Matrix<f64>);
                ),
                "`x` is a matrix, for which C has no type",
            ),
            (
                quote!(
                    fn all(&self, #[out] x: Matrix<f64>);
                ),
                "`x` is a matrix, for which C has no type",
            ),
            (
                quote!(
                    fn all(&self, x: Option<Matrix<f64>>);
                ),
                "`x` is a matrix, for which C has no type",
            ),
            (
                quote!(
                    fn all(&self, x: &mut Option<Vec<f64>>);
                ),
                by_reference,
            ),
            (
                quote!(
                    fn all(&self, x: &Option<Vec<f64>>);
                ),
                by_reference,
            ),
            (
                quote!(
                    fn größe(&self) -> f64;
                ),
                "its name has letters that names in C do not have",
            ),
        ] {
            assert_eq!(in_c(method), Err(reason.to_owned()));
        }
    }
}
