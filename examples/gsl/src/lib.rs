//! The interface of the GNU Scientific Library. Each method's documentation begins with its declaration in GSL's headers.

use std::f64::consts::FRAC_PI_2;

use bridge32::{Address, Bridge, Callback, Handle, Size, UserData, bridge32};

/// Integration, ordinary differential equations and errors. The methods have the names and parameters of the C functions.
#[bridge32(lib = "libgsl.so.27", remote = [System])]
pub trait Gsl {
    /// `extern const char *gsl_version;`
    #[global]
    fn gsl_version(&self) -> String;

    /// `const char *gsl_strerror(const int gsl_errno);`
    fn gsl_strerror(&self, gsl_errno: i32) -> String;

    /// `gsl_error_handler_t *gsl_set_error_handler(gsl_error_handler_t *new_handler);`
    ///
    /// `typedef void gsl_error_handler_t(const char *reason, const char *file, int line, int gsl_errno);`
    ///
    /// Calls a closure for each error. As long as this was not called, GSL ends the server at the first one.
    fn gsl_set_error_handler(
        &self,
        #[registered] new_handler: fn(reason: &str, file: &str, line: i32, gsl_errno: i32),
    ) -> Address;

    /// `gsl_error_handler_t *gsl_set_error_handler_off(void);`
    fn gsl_set_error_handler_off(&self) -> Address;

    /// `double (*function)(double x, void *params);`, a field of `gsl_function`
    #[callback]
    fn gsl_function(x: f64, params: UserData) -> f64;

    /// `gsl_integration_workspace *gsl_integration_workspace_alloc(const size_t n);`
    fn gsl_integration_workspace_alloc(&self, n: Size) -> Handle<Workspace>;

    /// `void gsl_integration_workspace_free(gsl_integration_workspace *w);`
    fn gsl_integration_workspace_free(&self, #[closes] w: Handle<Workspace>);

    /// `int gsl_integration_qags(const gsl_function *f, double a, double b, double epsabs, double epsrel, size_t limit,`
    /// `gsl_integration_workspace *workspace, double *result, double *abserr);`
    ///
    /// Integrates from `a` to `b`, until the error is less than `epsabs`, or than `epsrel` in relation to the result.
    #[allow(clippy::too_many_arguments, reason = "the native function has these parameters")]
    #[check(ret == SUCCESS, text = self.gsl_strerror(ret))]
    fn gsl_integration_qags(
        &self,
        f: &Function,
        a: f64,
        b: f64,
        epsabs: f64,
        epsrel: f64,
        limit: Size,
        workspace: Handle<Workspace>,
        #[out] result: f64,
        #[out] abserr: f64,
    ) -> i32;

    /// `int gsl_integration_qagi(gsl_function *f, double epsabs, double epsrel, size_t limit,`
    /// `gsl_integration_workspace *workspace, double *result, double *abserr);`
    ///
    /// Integrates from -∞ to ∞.
    #[allow(clippy::too_many_arguments, reason = "the native function has these parameters")]
    #[check(ret == SUCCESS, text = self.gsl_strerror(ret))]
    fn gsl_integration_qagi(
        &self,
        f: &Function,
        epsabs: f64,
        epsrel: f64,
        limit: Size,
        workspace: Handle<Workspace>,
        #[out] result: f64,
        #[out] abserr: f64,
    ) -> i32;

    /// `int gsl_sf_ellint_Kcomp_e(double k, gsl_mode_t mode, gsl_sf_result *result);`
    ///
    /// The complete elliptic integral of the first kind.
    #[symbol("gsl_sf_ellint_Kcomp_e")]
    #[check(ret == SUCCESS, text = self.gsl_strerror(ret))]
    fn gsl_sf_ellint_kcomp_e(&self, k: f64, #[fixed(PREC_DOUBLE)] mode: u32, #[out] result: Estimate) -> i32;

    /// The period of a pendulum, as [`period`](crate::period) integrates it. The method has a body, so it runs in the server, and so
    /// does its closure: it takes one round trip, however often GSL calls the closure.
    fn period_in_server(&self, amplitude: f64, workspace: Handle<Workspace>) -> f64 {
        let slowness = self.gsl_function(Box::new(slowness(amplitude)));
        let (_, quarter, _) =
            self.gsl_integration_qags(&Function::of(&slowness), 0.0, FRAC_PI_2, 0.0, TOLERANCE, Size(LIMIT), workspace);
        4.0 * quarter
    }

    /// `int (*function)(double t, const double y[], double dydt[], void *params);`, a field of `gsl_odeiv2_system`
    ///
    /// The two elements of `y` are a [`State`]. A closure that cannot go on returns [`EBADFUNC`].
    #[callback]
    fn gsl_odeiv2_function(t: f64, y: &State, #[out] dydt: State, params: UserData) -> i32;

    /// `extern const gsl_odeiv2_step_type *gsl_odeiv2_step_rk8pd;`
    #[global]
    fn gsl_odeiv2_step_rk8pd(&self) -> Handle<StepType>;

    /// `gsl_odeiv2_driver *gsl_odeiv2_driver_alloc_y_new(const gsl_odeiv2_system *sys, const gsl_odeiv2_step_type *T,`
    /// `const double hstart, const double epsabs, const double epsrel);`
    ///
    /// The driver keeps the pointer to the system, so it is the address of a `RemoteBuffer`.
    fn gsl_odeiv2_driver_alloc_y_new(
        &self,
        sys: Address,
        step_type: Handle<StepType>,
        hstart: f64,
        epsabs: f64,
        epsrel: f64,
    ) -> Handle<Driver>;

    /// `int gsl_odeiv2_driver_apply(gsl_odeiv2_driver *d, double *t, const double t1, double y[]);`
    ///
    /// Continues from the time `t` to the time `t1`.
    #[check(ret == SUCCESS, text = self.gsl_strerror(ret))]
    fn gsl_odeiv2_driver_apply(&self, d: Handle<Driver>, t: &mut f64, t1: f64, y: &mut State) -> i32;

    /// `void gsl_odeiv2_driver_free(gsl_odeiv2_driver *state);`
    fn gsl_odeiv2_driver_free(&self, #[closes] state: Handle<Driver>);
}

/// `gsl_integration_workspace`: the memory of an integration.
#[derive(Debug)]
pub enum Workspace {}

/// `gsl_odeiv2_step_type`: a method that solves differential equations.
#[derive(Debug)]
pub enum StepType {}

/// `gsl_odeiv2_driver`: a solution in progress.
#[derive(Debug)]
pub enum Driver {}

/// `gsl_function`: a C function, and the pointer that it is called with.
#[derive(Debug, Clone, Copy, Bridge)]
#[repr(C)]
pub struct Function {
    function: Address,
    params: Address,
}

impl Function {
    /// The function that runs the closure. It returns 0 once the callback has been dropped.
    pub fn of(closure: &Callback) -> Self {
        Self { function: closure.address(), params: closure.context() }
    }
}

/// `gsl_odeiv2_system`: the equations that a driver solves.
#[derive(Debug, Clone, Copy, Bridge)]
#[repr(C)]
pub struct System {
    function: Address,
    jacobian: Address,
    dimension: Size,
    params: Address,
}

impl System {
    /// A system of two equations, for methods that need no Jacobian matrix.
    pub fn of(closure: &Callback) -> Self {
        let (function, params) = (closure.address(), closure.context());
        Self { function, jacobian: Address::NULL, dimension: Size(2), params }
    }
}

/// The variables of a system of two equations: two numbers of an array in C.
#[derive(Debug, Clone, Copy, PartialEq, Bridge)]
#[repr(C)]
pub struct State {
    /// A pendulum's angle, in rad.
    pub angle: f64,
    /// The angle's change in a unit of time.
    pub speed: f64,
}

/// `gsl_sf_result`
#[derive(Debug, Clone, Copy, PartialEq, Bridge)]
#[repr(C)]
pub struct Estimate {
    /// The value.
    pub val: f64,
    /// The absolute error.
    pub err: f64,
}

/// The function whose integral from 0 to π/2 is a quarter of a pendulum's period. The pendulum starts at the angle `amplitude`, and the
/// unit of time is that in which small swings have the period 2π.
pub fn slowness(amplitude: f64) -> impl Fn(f64) -> f64 {
    let k = (amplitude / 2.0).cos();
    move |x| 1.0 / x.cos().hypot(k * x.sin())
}

/// The period of a pendulum, and its error: four times the integral of [`slowness`], a closure that runs in this program.
///
/// # Errors
/// Fails if the call fails, or GSL: a pendulum that starts upright has no period.
pub fn period(client: &GslClient, amplitude: f64, workspace: Handle<Workspace>) -> Result<(f64, f64), bridge32::Error> {
    let slowness = client.gsl_function(slowness(amplitude))?;
    let (f, limit) = (Function::of(&slowness), Size(LIMIT));
    let (_, quarter, error) = client.gsl_integration_qags(&f, 0.0, FRAC_PI_2, 0.0, TOLERANCE, limit, workspace)?;
    Ok((4.0 * quarter, 4.0 * error))
}

/// The number of intervals that an integration may use.
pub const LIMIT: u64 = 1000;
/// The relative error that a result may have.
pub const TOLERANCE: f64 = 1e-10;
/// `GSL_SUCCESS`
pub const SUCCESS: i32 = 0;
/// `GSL_EDOM`: an argument for which a function has no value.
pub const EDOM: i32 = 1;
/// `GSL_EINVAL`: an invalid argument.
pub const EINVAL: i32 = 4;
/// `GSL_EBADFUNC`: a function of the caller's has failed.
pub const EBADFUNC: i32 = 9;
/// `GSL_EMAXITER`: a result is not exact enough after the allowed number of steps.
pub const EMAXITER: i32 = 11;
/// `GSL_ESING`: an integrand has a singularity, perhaps one at which the integral diverges.
pub const ESING: i32 = 21;
/// `GSL_PREC_DOUBLE`: the precision of a special function.
pub const PREC_DOUBLE: u32 = 0;
