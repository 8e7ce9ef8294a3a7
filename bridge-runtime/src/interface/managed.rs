//! The description of managed methods, and the C# spelling of their types.

/// The description of a managed method.
#[derive(Debug)]
pub struct ManagedMethod {
    /// Its class, with the namespace.
    pub class: &'static str,
    /// Its name.
    pub name: &'static str,
    /// How it is called.
    pub form: Form,
    /// What its name is the name of.
    pub access: Access,
    /// Whether the assembly may lack it.
    pub optional: bool,
    /// Its return type, as reflection spells it.
    pub returns: fn() -> String,
    /// Its parameters, preceded by the object that it is called on if that is passed.
    pub parameters: &'static [ManagedParameter],
}

/// The description of a managed method's parameter.
#[derive(Debug)]
pub struct ManagedParameter {
    /// Its name.
    pub name: &'static str,
    /// Its type, as reflection spells it, without the `&` of a parameter by reference.
    pub type_name: fn() -> String,
    /// How it is passed.
    pub passing: ManagedPassing,
}

/// How a managed method is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As a static method, or else on an object that the server creates for it.
    Plain,
    /// On the object that is its first argument.
    OnArgument,
    /// As a constructor.
    Constructor,
    /// Not as a method of the assembly: it releases an object.
    Release,
}

/// What the name of a managed method is the name of, and so what a call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Of a method, which is called.
    Call,
    /// Of a field or property, which is read.
    Get,
    /// Of a field or property, which is written.
    Set,
}

/// How a parameter of a managed method is passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ManagedPassing {
    /// By value.
    Value,
    /// By `ref`.
    Ref,
    /// By `out`.
    Out,
}

impl ManagedMethod {
    /// The parameters of the method itself, without the object that it is called on.
    pub(crate) fn own_parameters(&self) -> &'static [ManagedParameter] {
        match (self.form, self.parameters) {
            (Form::OnArgument, [_, own @ ..]) => own,
            (_, parameters) => parameters,
        }
    }

    /// Its signature in C#.
    pub fn signature(&self) -> String {
        let own = self.own_parameters();
        let parameters: Vec<_> = own.iter().map(ManagedParameter::declaration).collect();
        let (class, name, parameters) = (self.class, self.name, parameters.join(", "));
        let returns = csharp(&(self.returns)());
        match (self.form, self.access) {
            (Form::Constructor, _) => format!("new {class}({parameters})"),
            (Form::Release, _) => "releases the object".to_owned(),
            (Form::Plain | Form::OnArgument, Access::Call) => format!("{returns} {class}.{name}({parameters})"),
            (Form::Plain | Form::OnArgument, Access::Get) => format!("{returns} {class}.{name}"),
            (Form::Plain | Form::OnArgument, Access::Set) => {
                let value = own.first().map(|value| (csharp(&(value.type_name)()), value.name));
                let (type_name, value) = value.unwrap_or_default();
                format!("{type_name} {class}.{name} = {value}")
            }
        }
    }
}

impl ManagedParameter {
    fn declaration(&self) -> String {
        let passing = match self.passing {
            ManagedPassing::Value => "",
            ManagedPassing::Ref => "ref ",
            ManagedPassing::Out => "out ",
        };
        format!("{passing}{} {}", csharp(&(self.type_name)()), self.name)
    }
}

/// The keywords of C# for types of .NET.
const KEYWORDS: [(&str, &str); 15] = [
    ("System.Void", "void"),
    ("System.Boolean", "bool"),
    ("System.Char", "char"),
    ("System.SByte", "sbyte"),
    ("System.Byte", "byte"),
    ("System.Int16", "short"),
    ("System.UInt16", "ushort"),
    ("System.Int32", "int"),
    ("System.UInt32", "uint"),
    ("System.Int64", "long"),
    ("System.UInt64", "ulong"),
    ("System.Single", "float"),
    ("System.Double", "double"),
    ("System.String", "string"),
    ("System.Object", "object"),
];

/// Replaces the names of types in a text, as reflection spells them, with the keywords of C#.
pub(crate) fn csharp(text: &str) -> String {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '+' | '`');
    let mut written = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let name = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let (name, other) = rest.split_at(name);
        written += KEYWORDS.iter().find(|(known, _)| *known == name).map_or(name, |(_, keyword)| keyword);
        let end = other.find(is_part).unwrap_or(other.len());
        written += &other[..end];
        rest = &other[end..];
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_names_have_keywords() {
        let text = "static System.Double[,] Bank.System.Int32(System.Int32Converter, ref System.Int64, System.Void*)";
        let written = "static double[,] Bank.System.Int32(System.Int32Converter, ref long, void*)";
        assert_eq!(csharp(text), written);
        assert_eq!(csharp(""), "");
    }

    #[test]
    fn a_signature_is_written_in_c_sharp() {
        const PARAMETERS: &[ManagedParameter] = &[
            ManagedParameter { name: "this", type_name: || "Bank.Account".to_owned(), passing: ManagedPassing::Value },
            ManagedParameter { name: "sums", type_name: || "System.Int64[]".to_owned(), passing: ManagedPassing::Out },
        ];
        let method = |form| ManagedMethod {
            class: "Bank.Account",
            name: "Sums",
            form,
            access: Access::Call,
            optional: false,
            returns: || "System.Boolean".to_owned(),
            parameters: PARAMETERS,
        };
        assert_eq!(method(Form::OnArgument).signature(), "bool Bank.Account.Sums(out long[] sums)");
        let access = |access| ManagedMethod { access, ..method(Form::OnArgument) }.signature();
        assert_eq!(access(Access::Get), "bool Bank.Account.Sums");
        assert_eq!(access(Access::Set), "long[] Bank.Account.Sums = sums");
        assert_eq!(method(Form::Constructor).signature(), "new Bank.Account(Bank.Account this, out long[] sums)");
    }
}
