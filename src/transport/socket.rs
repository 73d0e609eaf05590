//! A socket that begins in clear and may go on under TLS; reads and writes at the same time.

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// What happened first.
#[derive(Debug)]
pub(super) enum Step {
    /// Octets came: their number; 0 at the end.
    Read(io::Result<usize>),
    /// Octets went out: their number, and when.
    Wrote(u64, io::Result<usize>),
    /// Everything written is on its way.
    Flushed(io::Result<()>),
    /// There is something new to do.
    Woken,
}

/// A connected socket.
#[derive(Debug)]
pub(super) enum Socket {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Socket {
    /// Waits for whichever comes first: room for `outgoing` (or for a flush, if `flush`), octets
    /// into `incoming` if it is there, or `wake`. `now` is asked directly before each write.
    pub(super) async fn step(
        &mut self,
        outgoing: &[u8],
        flush: bool,
        mut incoming: Option<&mut [u8]>,
        now: impl Fn() -> u64,
        wake: impl Future<Output = ()>,
    ) -> Step {
        let mut wake = pin!(wake);
        poll_fn(|context| {
            if wake.as_mut().poll(context).is_ready() {
                return Poll::Ready(Step::Woken);
            }
            if !outgoing.is_empty() {
                let at_us = now();
                if let Poll::Ready(result) = self.io().poll_write(context, outgoing) {
                    return Poll::Ready(Step::Wrote(at_us, result));
                }
            } else if flush && let Poll::Ready(result) = self.io().poll_flush(context) {
                return Poll::Ready(Step::Flushed(result));
            }
            match &mut incoming {
                Some(buffer) => self.poll_read(context, buffer).map(Step::Read),
                None => Poll::Pending,
            }
        })
        .await
    }

    fn poll_read(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let mut buffer = ReadBuf::new(buffer);
        match self.io().poll_read(context, &mut buffer) {
            Poll::Ready(Ok(())) => {
                let read = buffer.filled().len();
                self.acknowledge();
                Poll::Ready(Ok(read))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => Poll::Pending,
        }
    }

    /// Acknowledges what came now and not 40 ms later: some servers send a line in two parts, and
    /// wait for that between them. It holds for one time, and where it cannot be done it is only
    /// slower.
    fn acknowledge(&self) {
        #[cfg(target_os = "linux")]
        let _ = self.stream().set_quickack(true);
    }

    fn stream(&self) -> &TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => stream.get_ref().0,
        }
    }

    fn io(&mut self) -> Pin<&mut dyn ReadWrite> {
        Pin::new(match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => &mut **stream,
        })
    }

    /// Ends the sending direction.
    pub(super) async fn shut(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.shutdown().await,
            Self::Tls(stream) => stream.shutdown().await,
        }
    }

    /// Makes the drop of this socket an RST.
    pub(super) fn reset_on_drop(&self) -> io::Result<()> {
        self.stream().set_zero_linger()
    }
}

trait ReadWrite: AsyncRead + AsyncWrite + Unpin {}

impl<T: AsyncRead + AsyncWrite + Unpin> ReadWrite for T {}
