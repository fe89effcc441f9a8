//! What a journey asks of the person beside coming in.

use super::Destination;

/// What is asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asked {
    /// Two steps, also of those who have only one so far.
    pub two_steps: bool,
    /// The page of the account for whose sake the person proves again who they are. What is proved for one holds for no other.
    pub operation: Option<&'static str>,
}

impl Asked {
    /// Of this journey.
    pub fn by(destination: &Destination) -> Self {
        Self { two_steps: destination.app().is_some_and(|request| request.two_steps), operation: destination.operation() }
    }

    /// Whether a browser's being trusted counts for nothing.
    pub fn distrusts(self) -> bool {
        self.two_steps || self.operation.is_some()
    }
}
