//! Compares what GSL computes from closures with known values, and checks its errors and those of closures.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::f64::consts::{FRAC_PI_2, PI, TAU};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::time::Duration;

use bridge32::{Callback, Error, Handle, RemoteBuffer, Restart, Size};
use gsl::{
    Driver, EBADFUNC, EDOM, EINVAL, EMAXITER, ESING, Estimate, Function, GslClient, LIMIT, SUCCESS, State, System,
    TOLERANCE, Workspace, period,
};

/// A client whose server survives GSL's errors, and a workspace.
fn launch() -> (GslClient, Handle<Workspace>) {
    let client = GslClient::launch().unwrap();
    client.gsl_set_error_handler_off().unwrap();
    let workspace = client.gsl_integration_workspace_alloc(Size(LIMIT)).unwrap();
    (client, workspace)
}

fn integrate(
    client: &GslClient,
    workspace: Handle<Workspace>,
    closure: &Callback,
    from: f64,
    to: f64,
) -> Result<(f64, f64), Error> {
    let f = Function::of(closure);
    let (_, result, error) = client.gsl_integration_qags(&f, from, to, 0.0, TOLERANCE, Size(LIMIT), workspace)?;
    Ok((result, error))
}

#[track_caller]
fn close(found: f64, expected: f64, within: f64) {
    assert!((found - expected).abs() <= within, "{found} is not {expected}");
}

#[track_caller]
fn assert_status<T: std::fmt::Debug>(result: Result<T, Error>, code: i32, words: &str) {
    match result.unwrap_err() {
        Error::Status { value, text, .. } => assert_eq!((value, text.as_deref()), (code.into(), Some(words))),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn assert_panicked<T: std::fmt::Debug>(result: Result<T, Error>, name: &str, words: &str) {
    match result.unwrap_err() {
        Error::Callback { callback, reason, .. } => {
            assert_eq!((callback.as_str(), reason.as_str()), (name, words));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn closures_are_integrated() {
    let (client, workspace) = launch();
    assert!(client.gsl_version().unwrap().starts_with("2."), "{:?}", client.gsl_version());
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    let counted = client.gsl_function(move |x| {
        counter.fetch_add(1, Ordering::Relaxed);
        x.sin()
    });
    let (result, error) = integrate(&client, workspace, &counted.unwrap(), 0.0, PI).unwrap();
    close(result, 2.0, 1e-12);
    assert!(error < 1e-10, "{error}");
    assert_eq!(calls.load(Ordering::Relaxed), 21, "the smallest rule has 21 points");

    // A pole at 0, and ∞ on both sides.
    let pole = client.gsl_function(|x| x.ln() / x.sqrt()).unwrap();
    let (result, error) = integrate(&client, workspace, &pole, 0.0, 1.0).unwrap();
    assert!((result + 4.0).abs() <= error && error < 1e-8, "{result} ± {error}");
    let bell = client.gsl_function(|x| (-x * x).exp()).unwrap();
    let (_, result, _) =
        client.gsl_integration_qagi(&Function::of(&bell), 0.0, TOLERANCE, Size(LIMIT), workspace).unwrap();
    close(result, PI.sqrt(), 1e-9);
}

#[test]
fn a_closure_may_integrate_another_one() {
    let (client, workspace) = launch();
    let (inner_client, inner_workspace) =
        (client.clone(), client.gsl_integration_workspace_alloc(Size(LIMIT)).unwrap());
    let outer = client.gsl_function(move |y| {
        let product = inner_client.gsl_function(move |x| x * y).unwrap();
        integrate(&inner_client, inner_workspace, &product, 0.0, 1.0 - y).unwrap().0
    });
    // The integral of x·y over the triangle.
    let (result, _) = integrate(&client, workspace, &outer.unwrap(), 0.0, 1.0).unwrap();
    close(result, 1.0 / 24.0, 1e-12);
}

#[test]
fn a_pendulum_has_its_period() {
    let (client, workspace) = launch();
    for amplitude in [0.01, 1.0, 2.0, 3.0] {
        let (time, error) = period(&client, amplitude, workspace).unwrap();
        let (_, Estimate { val, err }) = client.gsl_sf_ellint_kcomp_e((amplitude / 2.0).sin()).unwrap();
        assert!(err < 1e-12, "{err}");
        close(time, 4.0 * val, error + 1e-9);
        close(client.period_in_server(amplitude, workspace).unwrap(), time, 1e-12);
    }
    // A series for small amplitudes: 1 + a²/16 + 11·a⁴/3072 + …
    let (time, _) = period(&client, 0.1, workspace).unwrap();
    close(time, TAU * (1.0 + 0.01 / 16.0 + 11.0 * 0.0001 / 3072.0), 2e-9);
}

#[test]
fn an_error_has_gsl_s_words() {
    let (client, workspace) = launch();
    let (sender, errors) = channel();
    let handler = move |reason: &str, file: &str, line, code| {
        sender.send((reason.to_owned(), file.to_owned(), line, code)).unwrap();
    };
    let (_, handler) = client.gsl_set_error_handler(handler).unwrap();

    let inverse = client.gsl_function(|x| 1.0 / x).unwrap();
    let result = integrate(&client, workspace, &inverse, 0.0, 1.0);
    assert_status(result, EMAXITER, "exceeded max number of iterations");
    let (reason, file, line, code) = errors.try_recv().unwrap();
    assert!(reason.contains("number of iterations was insufficient") && file.ends_with("qags.c"), "{reason} in {file}");
    assert!(line > 0 && code == EMAXITER, "{line}, {code}");
    let upright = period(&client, PI, workspace);
    assert_status(upright, ESING, "singularity or extremely bad function behavior detected");
    assert_eq!(errors.try_recv().unwrap().3, ESING);

    let f = Function::of(&inverse);
    let too_many = client.gsl_integration_qags(&f, 1.0, 2.0, 0.0, TOLERANCE, Size(LIMIT + 1), workspace);
    assert_status(too_many, EINVAL, "invalid argument supplied by user");
    let (reason, _, _, code) = errors.try_recv().unwrap();
    assert_eq!((reason.as_str(), code), ("iteration limit exceeds available workspace", EINVAL));
    assert_status(client.gsl_sf_ellint_kcomp_e(1.5), EDOM, "input domain error");
    assert_eq!(errors.try_recv().unwrap().3, EDOM);

    // The handler stays installed, and does nothing.
    drop(handler);
    assert_status(client.gsl_sf_ellint_kcomp_e(1.5), EDOM, "input domain error");
    assert!(errors.recv().is_err(), "the closure is gone");
    close(integrate(&client, workspace, &inverse, 1.0, 2.0).unwrap().0, 2.0_f64.ln(), 1e-12);
}

#[test]
fn an_error_without_a_handler_ends_the_server() {
    let client = GslClient::launch().unwrap();
    match client.gsl_sf_ellint_kcomp_e(2.0).unwrap_err() {
        Error::ServerDied { method, status, stderr, .. } => {
            assert_eq!(method.as_deref(), Some("gsl_sf_ellint_kcomp_e"));
            assert!(status.to_string().contains("SIGABRT"), "{status}");
            assert!(stderr.contains("domain error") && stderr.contains("Default GSL error handler"), "{stderr}");
        }
        other => panic!("{other:?}"),
    }

    // A hook sets the handler of every server that is started.
    let restart = Restart::OnFailure { max: 1, within: Duration::from_secs(60), backoff: Duration::ZERO };
    let client = GslClient::builder()
        .on_start(|client: &GslClient| client.gsl_set_error_handler_off().map(drop))
        .restart(restart)
        .launch()
        .unwrap();
    assert_status(client.gsl_sf_ellint_kcomp_e(2.0), EDOM, "input domain error");
    client.abort().unwrap();
    assert_status(client.gsl_sf_ellint_kcomp_e(2.0), EDOM, "input domain error");
}

#[test]
fn a_closure_that_panics_is_not_run_again() {
    let (client, workspace) = launch();
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    let panics = client.gsl_function(move |x| {
        counter.fetch_add(1, Ordering::Relaxed);
        assert!(x < 4.0, "not at {x}");
        1.0
    });
    let panics = panics.unwrap();
    close(integrate(&client, workspace, &panics, 0.0, 3.0).unwrap().0, 3.0, 1e-12);
    assert_eq!(calls.swap(0, Ordering::Relaxed), 21);
    assert_panicked(integrate(&client, workspace, &panics, 5.0, 5.0), "gsl_function", "panicked: not at 5");
    assert_eq!(calls.load(Ordering::Relaxed), 1);

    // The server and the other closures go on; a callback that has been dropped is a function that returns 0.
    let one = client.gsl_function(|_| 1.0).unwrap();
    close(integrate(&client, workspace, &one, 0.0, 3.0).unwrap().0, 3.0, 1e-12);
    let f = Function::of(&one);
    drop(one);
    let (_, result, _) =
        client.gsl_integration_qags(&f, 0.0, 3.0, TOLERANCE, TOLERANCE, Size(LIMIT), workspace).unwrap();
    assert_eq!(result, 0.0);
}

#[test]
fn a_workspace_that_was_freed_is_refused() {
    let (client, workspace) = launch();
    client.gsl_integration_workspace_free(workspace).unwrap();
    match period(&client, 1.0, workspace).unwrap_err() {
        Error::Argument { parameter, reason, .. } => {
            assert_eq!((parameter.as_str(), reason.as_str()), ("workspace", "is a handle that was closed"));
        }
        other => panic!("{other:?}"),
    }
    let error = client.gsl_integration_workspace_alloc(Size(0)).unwrap_err();
    assert!(error.to_string().contains("a null pointer for a handle"), "{error}");
}

/// A driver for two equations, with what it refers to.
struct Solver {
    driver: Handle<Driver>,
    _system: RemoteBuffer<System>,
    _closure: Callback,
}

fn solver(client: &GslClient, closure: Callback) -> Solver {
    let system = RemoteBuffer::<System>::allocate(client, 1).unwrap();
    system.write(0, &[System::of(&closure)]).unwrap();
    let method = client.gsl_odeiv2_step_rk8pd().unwrap();
    let driver = client.gsl_odeiv2_driver_alloc_y_new(system.address(), method, 1e-6, 1e-12, 1e-12).unwrap();
    Solver { driver, _system: system, _closure: closure }
}

#[test]
fn a_closure_is_solved_as_a_differential_equation() {
    let (client, _) = launch();
    let spring = |_, y: &State| (SUCCESS, State { angle: y.speed, speed: -y.angle });
    let solver = solver(&client, client.gsl_odeiv2_function(spring).unwrap());
    let (mut t, mut y) = (0.0, State { angle: 0.0, speed: 1.0 });
    for quarter in 1..=4 {
        let end = f64::from(quarter) * FRAC_PI_2;
        client.gsl_odeiv2_driver_apply(solver.driver, &mut t, end, &mut y).unwrap();
        assert_eq!(t, end);
        close(y.angle, end.sin(), 1e-9);
        close(y.speed, end.cos(), 1e-9);
    }
    client.gsl_odeiv2_driver_free(solver.driver).unwrap();
}

#[test]
fn a_closure_stops_a_solution_with_its_status() {
    let (client, _) = launch();
    let until_one = |t, y: &State| if t < 1.0 { (SUCCESS, *y) } else { (EBADFUNC, *y) };
    let stopped = solver(&client, client.gsl_odeiv2_function(until_one).unwrap());
    let (mut t, mut y) = (0.0, State { angle: 1.0, speed: 2.0 });
    client.gsl_odeiv2_driver_apply(stopped.driver, &mut t, 0.5, &mut y).unwrap();
    close(y.speed, 2.0 * 0.5_f64.exp(), 1e-9);
    let before = (t, y);
    let result = client.gsl_odeiv2_driver_apply(stopped.driver, &mut t, 2.0, &mut y);
    assert_status(result, EBADFUNC, "problem with user-supplied function");
    assert_eq!((t, y), before, "a failed call changes nothing");
}

#[test]
fn a_deadline_ends_a_solution_whose_closure_has_panicked() {
    let client = GslClient::builder().call_timeout(Duration::from_secs(1)).launch().unwrap();
    let panics = client.gsl_odeiv2_function(|t, y: &State| {
        assert!(t < 1.0, "too late");
        (SUCCESS, *y)
    });
    let solver = solver(&client, panics.unwrap());
    let mut y = State { angle: 1.0, speed: 2.0 };
    let error = client.gsl_odeiv2_driver_apply(solver.driver, &mut 0.0, 2.0, &mut y).unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error}");
}

#[test]
fn the_program_computes_the_period() {
    let output = Command::new(env!("CARGO_BIN_EXE_gsl")).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    for part in [
        "a pendulum that starts at 2 rad is back after 8.3497",
        "simulated for that time, it is at 2.000000 rad, with the speed 0.000000",
        "`gsl_integration_qags` failed: the library reports 21: singularity or extremely bad function behavior detected",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
}
